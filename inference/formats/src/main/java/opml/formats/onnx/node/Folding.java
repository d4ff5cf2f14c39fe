package opml.formats.onnx.node;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.PinnedPrograms;
import opml.kernels.catalog.ScalarValues;

/// Calls of which everything is known at import: the reference kernel computes what they write, and the graph has a
/// constant in their place. Whether a call is one follows from the file alone.
final class Folding {
  /// What a call hands to its kernel.
  sealed interface Operand {
    record Read(Value value) implements Operand {}

    record Write(Value value) implements Operand {}

    record Update(Value value) implements Operand {}

    record Absent(long bytes) implements Operand {}
  }

  /// Instructions in the machine. What takes more is left to the run, which is timed and has several cores.
  private static final long MOST_INSTRUCTIONS = 1L << 32;

  private Folding() {}

  /// {@return whether all that a call reads is known}
  static boolean isKnown(List<Operand> operands) {
    return operands.stream()
        .allMatch(
            operand ->
                switch (operand) {
                  case Operand.Read(Value value) -> value.isConstant();
                  case Operand.Update(Value value) -> value.isConstant();
                  case Operand.Write _, Operand.Absent _ -> true;
                });
  }

  /// {@return bytes that a call writes or changes}
  static long written(List<Operand> operands) {
    return operands.stream()
        .mapToLong(
            operand ->
                switch (operand) {
                  case Operand.Write(Value value) -> value.place().bytes();
                  case Operand.Update(Value value) -> value.place().bytes();
                  case Operand.Read _, Operand.Absent _ -> 0;
                })
        .sum();
  }

  /// {@return bytes that a call reads}
  static long read(List<Operand> operands) {
    return operands.stream()
        .mapToLong(
            operand -> operand instanceof Operand.Read(Value value) ? value.place().bytes() : 0)
        .sum();
  }

  /// {@return what a call of known operands writes or changes, in their order; nothing where it takes too long, or
  ///     reads where nothing is, which the machine decides}
  static Optional<List<Tensor>> run(Kernel kernel, List<Operand> operands, ScalarValues scalars) {
    long[] values = scalars.all().stream().mapToLong(value -> value).toArray();
    if (PinnedPrograms.of(kernel).bound().instructions(values) > MOST_INSTRUCTIONS) {
      return Optional.empty();
    }
    List<MemorySegment> segments = new ArrayList<>();
    List<Tensor> results = new ArrayList<>();
    for (Operand operand : operands) {
      switch (operand) {
        case Operand.Read(Value value) -> segments.add(copied(value));
        case Operand.Absent(long bytes) -> segments.add(Tensor.allocate(bytes));
        case Operand.Write(Value value) -> {
          MemorySegment written = Tensor.allocate(value.place().bytes());
          segments.add(written);
          results.add(new Tensor(value.type(), value.shape(), written));
        }
        case Operand.Update(Value value) -> {
          MemorySegment changed = copied(value);
          segments.add(changed);
          results.add(new Tensor(value.type(), value.shape(), changed));
        }
      }
    }
    try {
      kernel.run(segments.toArray(MemorySegment[]::new), values);
    } catch (IndexOutOfBoundsException | ArithmeticException outside) {
      return Optional.empty();
    }
    return Optional.of(results);
  }

  private static MemorySegment copied(Value value) {
    MemorySegment copy = Tensor.allocate(value.place().bytes());
    value.constant().orElseThrow().read(0, copy);
    return copy;
  }
}
