package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.List;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;

/// Numpy's broadcasting of two operands, as nested loops that a kernel has.
///
/// Neighbouring dimensions that both operands run through alike are one loop, so that most models need one or
/// two; this also makes the loops canonical. Where the kernel has fewer loops, operands are repeated in memory first,
/// along the innermost loop that repeats one, until the loops are few enough.
///
/// @param loops outermost first
record Broadcast(Value a, Value b, List<Loop> loops) {
  /// @param aRepeats whether `a` is the same on each turn
  record Loop(int size, boolean aRepeats, boolean bRepeats) {
    private boolean repeats() {
      return aRepeats || bRepeats;
    }
  }

  /// {@return the shape that both broadcast to}
  static Shape shape(NodeImport node, Shape a, Shape b) {
    int rank = Math.max(a.rank(), b.rank());
    List<Integer> result = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int aDim = dim(a, i, rank);
      int bDim = dim(b, i, rank);
      node.require(
          aDim == bDim || aDim == 1 || bDim == 1,
          "the shapes do not broadcast together",
          a + " and " + b);
      result.add(aDim == 1 ? bDim : aDim);
    }
    return Shapes.of(node, result);
  }

  /// Broadcasts `a` and `b`, whose shapes `aShape` and `bShape` count units of so many elements.
  ///
  /// @param most loops that the kernel has
  static Broadcast of(
      NodeImport node,
      Value a,
      Shape aShape,
      int aUnit,
      Value b,
      Shape bShape,
      int bUnit,
      int most) {
    List<Loop> loops = loops(shape(node, aShape, bShape), aShape, bShape);
    while (loops.size() > most) {
      int at = loops.size() - 1;
      while (!loops.get(at).repeats()) {
        at--;
      }
      Loop loop = loops.get(at);
      int outer = 1;
      for (Loop before : loops.subList(0, at)) {
        outer *= (loop.aRepeats() ? before.aRepeats() : before.bRepeats()) ? 1 : before.size();
      }
      int inner = loop.aRepeats() ? aUnit : bUnit;
      for (Loop behind : loops.subList(at + 1, loops.size())) {
        inner *= behind.size();
      }
      if (loop.aRepeats()) {
        a = repeat(node, "a" + loops.size(), a, outer, loop.size(), inner);
      } else {
        b = repeat(node, "b" + loops.size(), b, outer, loop.size(), inner);
      }
      List<Loop> fewer = new ArrayList<>(loops.subList(0, at));
      append(fewer, new Loop(loop.size(), false, false));
      loops.subList(at + 1, loops.size()).forEach(behind -> append(fewer, behind));
      loops = fewer;
    }
    return new Broadcast(a, b, List.copyOf(loops));
  }

  private static int dim(Shape shape, int axis, int rank) {
    int own = axis - rank + shape.rank();
    return own < 0 ? 1 : shape.dim(own);
  }

  private static List<Loop> loops(Shape result, Shape a, Shape b) {
    List<Loop> loops = new ArrayList<>();
    for (int i = 0; i < result.rank(); i++) {
      int size = result.dim(i);
      if (size > 1) {
        append(loops, new Loop(size, dim(a, i, result.rank()) == 1, dim(b, i, result.rank()) == 1));
      }
    }
    return loops;
  }

  private static void append(List<Loop> loops, Loop next) {
    if (!loops.isEmpty()) {
      Loop last = loops.getLast();
      if (last.aRepeats() == next.aRepeats() && last.bRepeats() == next.bRepeats()) {
        loops.set(
            loops.size() - 1,
            new Loop(last.size() * next.size(), last.aRepeats(), last.bRepeats()));
        return;
      }
    }
    loops.add(next);
  }

  /// Makes (outer, times, inner) of (outer, inner). A product with one is the number itself, and of a NaN the kernel
  /// that reads it would see no more than that it is one.
  private static Value repeat(
      NodeImport node, String what, Value value, int outer, int times, int inner) {
    return node.call("mul.f32")
        .named(what)
        .read(value)
        .derived("one", Tensor.ofFloats(Shape.SCALAR, 1))
        .writePart(ElementType.F32, Shapes.of(node, outer, times, inner))
        .ints("loops", 1, outer, times, inner)
        .ints("a", 0, inner, 0, 1)
        .ints("b", 0, 0, 0, 0)
        .emitPart();
  }
}
