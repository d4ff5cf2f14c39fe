package opml.formats.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import opml.engine.tensor.Shape;

/// Numpy's broadcasting of two shapes, as the four loops that the element-wise kernels have.
///
/// Neighbouring dimensions that both operands run through alike are one loop, so that most models need one or
/// two; this also makes the loops canonical. Unused outer loops have size 1 and stride 0.
///
/// @param shape of the result
/// @param dims four loop sizes, outermost first
/// @param aStrides elements from one turn of a loop to the next, 0 where `a` repeats
@SuppressWarnings("ArrayRecordComponent") // made here, read once
record Broadcast(Shape shape, int[] dims, int[] aStrides, int[] bStrides) {
  private static final int LOOPS = 4;

  private record Loop(int size, boolean aRepeats, boolean bRepeats) {}

  static Broadcast of(NodeImport node, Shape a, Shape b) {
    int rank = Math.max(a.rank(), b.rank());
    List<Integer> result = new ArrayList<>();
    List<Loop> loops = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      int aDim = i < rank - a.rank() ? 1 : a.dim(i - rank + a.rank());
      int bDim = i < rank - b.rank() ? 1 : b.dim(i - rank + b.rank());
      node.require(
          aDim == bDim || aDim == 1 || bDim == 1, a + " and " + b + " do not broadcast together");
      int size = Math.max(aDim, bDim);
      result.add(size);
      if (size > 1) {
        append(loops, new Loop(size, aDim == 1, bDim == 1));
      }
    }
    node.require(loops.size() <= LOOPS, a + " and " + b + " need more than four loops");
    int[] dims = new int[LOOPS];
    int[] aStrides = new int[LOOPS];
    int[] bStrides = new int[LOOPS];
    Arrays.fill(dims, 1);
    int aStride = 1;
    int bStride = 1;
    for (int i = 0; i < loops.size(); i++) {
      Loop loop = loops.get(loops.size() - 1 - i);
      int at = LOOPS - 1 - i;
      dims[at] = loop.size();
      aStrides[at] = loop.aRepeats() ? 0 : aStride;
      bStrides[at] = loop.bRepeats() ? 0 : bStride;
      aStride *= loop.aRepeats() ? 1 : loop.size();
      bStride *= loop.bRepeats() ? 1 : loop.size();
    }
    return new Broadcast(Shapes.of(node, result), dims, aStrides, bStrides);
  }

  private static void append(List<Loop> loops, Loop next) {
    if (!loops.isEmpty()) {
      Loop last = loops.getLast();
      if (last.aRepeats() == next.aRepeats() && last.bRepeats() == next.bRepeats()) {
        // the result may be too large for an int, which its shape then refuses
        int size = (int) Math.min(Integer.MAX_VALUE, (long) last.size() * next.size());
        loops.set(loops.size() - 1, new Loop(size, last.aRepeats(), last.bRepeats()));
        return;
      }
    }
    loops.add(next);
  }
}
