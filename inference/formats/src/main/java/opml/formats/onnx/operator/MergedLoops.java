package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Walk;

/// Nested loops of a kernel: axes that all operands take as one are one loop.
///
/// @param sizes of the loops, six of them, the outermost first
/// @param routes of each operand: where it begins, and six strides
@SuppressWarnings("ArrayRecordComponent") // handed on at once
record MergedLoops(int[] sizes, List<int[]> routes) {
  private static final int MOST = 6;

  /// {@return the loops over these ways, all of one shape}
  static MergedLoops of(NodeImport node, Walk... walks) {
    List<Integer> dims = walks[0].dims();
    List<Integer> sizes = new ArrayList<>();
    List<int[]> strides = new ArrayList<>();
    for (int i = 0; i < dims.size(); i++) {
      int size = dims.get(i);
      if (size == 1) {
        continue;
      }
      int[] next = new int[walks.length];
      boolean joins = !strides.isEmpty();
      for (int w = 0; w < walks.length; w++) {
        next[w] = walks[w].strides().get(i);
        joins = joins && strides.getLast()[w] == next[w] * size;
      }
      if (joins) {
        strides.set(strides.size() - 1, next);
        sizes.set(sizes.size() - 1, sizes.getLast() * size);
      } else {
        strides.add(next);
        sizes.add(size);
      }
    }
    node.require(sizes.size() <= MOST, "more than " + MOST + " axes that are no one loop");
    int[] loops = new int[MOST];
    Arrays.fill(loops, 1);
    List<int[]> routes = new ArrayList<>();
    for (Walk walk : walks) {
      int[] route = new int[MOST + 1];
      route[0] = walk.from();
      routes.add(route);
    }
    for (int i = 0; i < sizes.size(); i++) {
      int loop = MOST - sizes.size() + i;
      loops[loop] = sizes.get(i);
      for (int w = 0; w < walks.length; w++) {
        routes.get(w)[loop + 1] = strides.get(i)[w];
      }
    }
    return new MergedLoops(loops, routes);
  }
}
