package opml.formats.onnx.fusion;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.formats.onnx.fusion.CallList.Step;
import opml.formats.onnx.node.GraphImport.Call;
import opml.formats.onnx.node.GraphImport.Source;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.ScalarValues;

/// `matmul.f32` of a matrix whose axes `move.b4` has put into another order, as between the heads of an attention,
/// reads it where it was, by other strides, with the same bits.
final class MovedOperandRule implements FusionRule {
  private final int operand;

  /// @param operand 0 or 1
  MovedOperandRule(int operand) {
    this.operand = operand;
  }

  @Override
  public Optional<Fused> endingWith(Step last) {
    return last.is("matmul.f32")
        ? last.before(operand, "move.b4").flatMap(move -> fused(last, move))
        : Optional.empty();
  }

  private Optional<Fused> fused(Step last, Step move) {
    int rows = last.scalar(operand == 0 ? "m" : "k");
    int columns = last.scalar(operand == 0 ? "k" : "n");
    int[] dense = last.ints(operand == 0 ? "a" : "b"); // batch, row, column
    int batch = last.scalar("batch");
    boolean isRepeated = batch == 1 || dense[0] == 0;
    boolean isDense =
        (isRepeated || dense[0] == rows * (long) columns) && dense[1] == columns && dense[2] == 1;
    boolean isReadTwice = last.read(1 - operand).equals(last.read(operand));
    if (!isDense || isReadTwice || move.read(0).isEmpty()) {
      return Optional.empty();
    }
    return strides(move, isRepeated ? 1 : batch, rows, columns)
        .map(strides -> new Fused(call(last, move, strides), Set.of(last.number(), move.number())));
  }

  /// {@return by how many elements of what was moved a matrix, a row and a column of the result go on, if each does
  /// that by the same number everywhere, and the first element is the first}
  private static Optional<int[]> strides(Step move, int... sizes) {
    int[] loops = move.ints("loops");
    int[] from = move.ints("x");
    int[] to = move.ints("y");
    if (from[0] != 0 || to[0] != 0) {
      return Optional.empty();
    }
    List<int[]> ways = new ArrayList<>(); // sizes and strides, the innermost first
    long inner = 1;
    for (int i = loops.length - 1; i >= 0; i--) {
      if (loops[i] == 1) {
        continue;
      }
      if (to[i + 1] != inner) {
        return Optional.empty(); // the result is written in another order, or with gaps
      }
      inner *= loops[i];
      ways.add(new int[] {loops[i], from[i + 1]});
    }
    int[] strides = new int[sizes.length];
    for (int axis = sizes.length - 1; axis >= 0; axis--) {
      int left = sizes[axis];
      int way = 0;
      while (left > 1) {
        if (ways.isEmpty()) {
          return Optional.empty();
        }
        int[] next = ways.getFirst();
        boolean goesOn = way == 0 || next[1] == strides[axis] * (long) way;
        int taken = Math.min(left, next[0]);
        if (!goesOn || left % taken != 0 || next[0] % taken != 0) {
          return Optional.empty();
        }
        if (way == 0) {
          strides[axis] = next[1];
          way = 1;
        }
        way *= taken;
        left /= taken;
        ways.removeFirst();
        if (next[0] > taken) {
          ways.addFirst(new int[] {next[0] / taken, next[1] * taken});
        }
      }
    }
    return ways.isEmpty() ? Optional.of(strides) : Optional.empty();
  }

  private Call call(Step last, Step move, int... strides) {
    Call product = last.call();
    Kernel kernel = product.kernel();
    List<Source> sources = new ArrayList<>(product.sources());
    sources.set(operand, new Source.Read(move.read(0).orElseThrow()));
    int[] other = last.ints(operand == 0 ? "b" : "a");
    ScalarValues scalars = new ScalarValues(kernel);
    for (String name : List.of("batch", "m", "n", "k")) {
      scalars.ints(name, last.scalar(name));
    }
    scalars.ints(operand == 0 ? "a" : "b", strides).ints(operand == 0 ? "b" : "a", other);
    return new Call(product.name(), product.operator(), kernel, sources, scalars);
  }
}
