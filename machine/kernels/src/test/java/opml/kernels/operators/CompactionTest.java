package opml.kernels.operators;

import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class CompactionTest {
  @Test
  void nonzeroTellsPlacesAxisByAxis() {
    byte[] x = {0, 1, 0, 0, 0, -1, 1, 0, 0, 0, 0, 2}; // (2, 2, 3)
    MemorySegment y = memory(3 * 12 * 8);
    MemorySegment count = memory(8);
    run("nonzero", segments(tensor(x), y, count), 12, 3, 2, 2, 3, 1, 1, 1);
    assertThat(LongTensors.values(count)).containsExactly(4);
    long[] expected = new long[36];
    long[][] rows = {{0, 0, 1, 1}, {0, 1, 0, 1}, {1, 2, 0, 2}};
    for (int axis = 0; axis < 3; axis++) {
      System.arraycopy(rows[axis], 0, expected, 12 * axis, 4);
    }
    assertThat(LongTensors.values(y)).isEqualTo(expected);
  }

  @Test
  void compressKeepsSlicesWithACondition() {
    short[] x = new short[12]; // (2, 3, 2)
    for (int i = 0; i < 12; i++) {
      x[i] = (short) (i + 1);
    }
    assertThat(compressed(x, 2, 1, 0, 1)).containsExactly(2, 1, 2, 5, 6, 7, 8, 11, 12);
    assertThat(compressed(x, 2, 0, 1)).containsExactly(1, 3, 4, 0, 0, 9, 10, 0, 0);
    assertThat(compressed(x, 1, 1, 1, 1, 1)).containsExactly(1, 1, 2, 7, 8);
  }

  /// The count, and then what is kept of two slices or one.
  private static long[] compressed(short[] x, int most, int... conditions) {
    MemorySegment from = memory(24);
    MemorySegment.copy(x, 0, from, ValueLayout.JAVA_SHORT, 0, 12);
    byte[] condition = new byte[conditions.length];
    for (int i = 0; i < condition.length; i++) {
      condition[i] = (byte) conditions[i];
    }
    MemorySegment y = memory(2L * 2 * most * 2);
    MemorySegment count = memory(8);
    run(
        "compress",
        segments(from, tensor(condition), y, count),
        2,
        3,
        2,
        condition.length,
        most,
        1);
    long[] all = new long[1 + 4 * most];
    all[0] = LongTensors.values(count)[0];
    for (int i = 0; i < 4 * most; i++) {
      all[1 + i] = y.getAtIndex(ValueLayout.JAVA_SHORT, i);
    }
    return all;
  }
}
