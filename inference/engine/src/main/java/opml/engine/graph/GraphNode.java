package opml.engine.graph;

import java.util.List;
import java.util.stream.IntStream;
import opml.kernels.catalog.Kernel;

/// One call of a kernel.
///
/// @param name for people; no part of the model's identity
/// @param operator the operator of the file that it came from, for people
/// @param operands one for each segment argument of the kernel
/// @param scalars one for each scalar argument: ints sign-extended, floats as their bits, sign-extended
public record GraphNode(
    String name, String operator, Kernel kernel, List<Operand> operands, List<Long> scalars) {
  public GraphNode {
    operands = List.copyOf(operands);
    scalars = List.copyOf(scalars);
    if (operands.size() != kernel.segments().size() || scalars.size() != kernel.scalars().size()) {
      throw new IllegalArgumentException(
          "node "
              + name
              + ": "
              + kernel.name()
              + " takes "
              + kernel.segments().size()
              + " segments and "
              + kernel.scalars().size()
              + " scalars, not "
              + operands.size()
              + " and "
              + scalars.size());
    }
  }

  /// {@return the scalars as the kernel takes them}
  public long[] scalarArray() {
    return scalars.stream().mapToLong(Long::longValue).toArray();
  }

  /// {@return the slots that the node reads, in the order of its operands}
  public int[] inputs() {
    return operands.stream().flatMapToInt(GraphNode::read).toArray();
  }

  /// {@return the slots that the node writes, in the order of its operands}
  public int[] outputs() {
    return operands.stream().flatMapToInt(GraphNode::written).toArray();
  }

  private static IntStream read(Operand operand) {
    return switch (operand) {
      case Operand.Read read -> IntStream.of(read.slot());
      case Operand.Update update -> IntStream.of(update.slot());
      case Operand.Write write -> IntStream.empty();
      case Operand.Absent absent -> IntStream.empty();
    };
  }

  private static IntStream written(Operand operand) {
    return switch (operand) {
      case Operand.Write write -> IntStream.of(write.slot());
      case Operand.Update update -> IntStream.of(update.slot());
      case Operand.Read read -> IntStream.empty();
      case Operand.Absent absent -> IntStream.empty();
    };
  }
}
