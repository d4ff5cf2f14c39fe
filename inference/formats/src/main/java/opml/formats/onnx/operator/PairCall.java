package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Value;

/// Calls of kernels of two operands, which run over two nested loops and repeat either operand along one of them. Where
/// numpy's broadcasting takes more loops, operands are repeated in memory first.
final class PairCall {
  private static final int LOOPS = 2;

  private final NodeImport node;
  private final String what;
  private final String kernel;
  private final OptionalInt operation;

  private PairCall(NodeImport node, String what, String kernel, OptionalInt operation) {
    this.node = node;
    this.what = what;
    this.kernel = kernel;
    this.operation = operation;
  }

  /// {@return what a kernel makes of a and b, elements of a type}
  ///
  /// @param what names the call; where it is empty, the call writes the node's result
  static Value of(NodeImport node, String what, String kernel, Value a, Value b, ElementType type) {
    return new PairCall(node, what, kernel, OptionalInt.empty()).emit(a, b, type);
  }

  /// {@return what an operation of a kernel makes of a and b, elements of a type}
  static Value of(
      NodeImport node,
      String what,
      String kernel,
      int operation,
      Value a,
      Value b,
      ElementType type) {
    return new PairCall(node, what, kernel, OptionalInt.of(operation)).emit(a, b, type);
  }

  /// {@return the sum, difference, product, quotient, the lesser or the greater one of two values of one type}
  ///
  /// @param operation as in `arithmetic.f64`
  static Value arithmetic(NodeImport node, String what, int operation, Value a, Value b) {
    ElementType type = a.type();
    ElementType as = NumberTypes.computedAs(type);
    Value left = node.cast(a, as);
    Value right = node.cast(b, as);
    String name = what.isEmpty() ? NumberTypes.before(as, type) : what;
    return node.cast(
        switch (as) {
          case F64 -> of(node, name, "arithmetic.f64", operation, left, right, as);
          case I64 -> {
            boolean unsigned = type == ElementType.U64;
            int whole =
                switch (operation) {
                  case QUOTIENT -> unsigned ? 13 : 3;
                  case LESSER -> unsigned ? 15 : 6;
                  case GREATER -> unsigned ? 16 : 7;
                  default -> operation;
                };
            yield of(node, name, "whole.i64", whole, left, right, as);
          }
          default -> of(node, name, F32_KERNELS.get(operation), left, right, as);
        },
        type);
  }

  /// Operations of [#arithmetic].
  static final int SUM = 0;

  static final int DIFFERENCE = 1;
  static final int PRODUCT = 2;
  static final int QUOTIENT = 3;
  static final int LESSER = 4;
  static final int GREATER = 5;

  private static final List<String> F32_KERNELS =
      List.of("add.f32", "sub.f32", "mul.f32", "div.f32", "min.f32", "max.f32");

  private record Loop(int size, boolean aRepeats, boolean bRepeats) {}

  private Value emit(Value a, Value b, ElementType type) {
    if (kernel.equals("add.f32") || kernel.equals("mul.f32")) {
      return fourLoops(a, b);
    }
    Shape result = Broadcast.shape(node, a.shape(), b.shape());
    List<Loop> loops = loops(result, a.shape(), b.shape());
    if (loops.size() > LOOPS && !a.shape().equals(result)) {
      return emit(node.broadcast(part("a"), a, result), b, type);
    }
    if (loops.size() > LOOPS) {
      return emit(a, node.broadcast(part("b"), b, result), type);
    }
    Loop inner = loops.isEmpty() ? new Loop(1, false, false) : loops.getLast();
    Loop outer = loops.size() < LOOPS ? new Loop(1, true, true) : loops.getFirst();
    int count = result.count() == 0 ? 0 : inner.size;
    NodeImport.Call call =
        OneCall.write(node.call(kernel).read(a).read(b), what, type, result)
            .ints("loops", outer.size, count)
            .ints("a", row(outer.aRepeats, inner.aRepeats, count), inner.aRepeats ? 0 : 1)
            .ints("b", row(outer.bRepeats, inner.bRepeats, count), inner.bRepeats ? 0 : 1);
    if (operation.isPresent()) {
      call.ints("operation", operation.getAsInt());
    }
    return call.emitPart();
  }

  private String part(String operand) {
    return what.isEmpty() ? operand : what + "." + operand;
  }

  private static int row(boolean outerRepeats, boolean innerRepeats, int count) {
    return outerRepeats ? 0 : innerRepeats ? 1 : count;
  }

  /// Neighbouring dimensions that both operands run through alike are one loop.
  private static List<Loop> loops(Shape result, Shape a, Shape b) {
    List<Loop> loops = new ArrayList<>();
    for (int i = 0; i < result.rank(); i++) {
      int size = result.dim(i);
      if (size == 1) {
        continue;
      }
      Loop next = new Loop(size, repeats(a, i, result), repeats(b, i, result));
      if (!loops.isEmpty()
          && loops.getLast().aRepeats == next.aRepeats
          && loops.getLast().bRepeats == next.bRepeats) {
        next = new Loop(loops.removeLast().size * size, next.aRepeats, next.bRepeats);
      }
      loops.add(next);
    }
    return loops;
  }

  private static boolean repeats(Shape operand, int axis, Shape result) {
    int own = axis - result.rank() + operand.rank();
    return own < 0 || operand.dim(own) == 1;
  }

  /// The sums and products of float32, whose kernels have four loops.
  private Value fourLoops(Value a, Value b) {
    int most = 4;
    Shape result = Broadcast.shape(node, a.shape(), b.shape());
    Broadcast broadcast = Broadcast.of(node, a, a.shape(), 1, b, b.shape(), 1, most);
    List<Broadcast.Loop> loops = broadcast.loops();
    int[] dims = new int[most];
    int[] aStrides = new int[most];
    int[] bStrides = new int[most];
    Arrays.fill(dims, 1);
    int aStride = 1;
    int bStride = 1;
    for (int i = 0; i < loops.size(); i++) {
      Broadcast.Loop loop = loops.get(loops.size() - 1 - i);
      int at = most - 1 - i;
      dims[at] = loop.size();
      aStrides[at] = loop.aRepeats() ? 0 : aStride;
      bStrides[at] = loop.bRepeats() ? 0 : bStride;
      aStride *= loop.aRepeats() ? 1 : loop.size();
      bStride *= loop.bRepeats() ? 1 : loop.size();
    }
    NodeImport.Call call = node.call(kernel).read(broadcast.a()).read(broadcast.b());
    return OneCall.write(call, what, ElementType.F32, result)
        .ints("loops", dims)
        .ints("a", aStrides)
        .ints("b", bStrides)
        .emitPart();
  }
}
