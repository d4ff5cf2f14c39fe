package opml.kernels.operators;

import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.SplittableRandom;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import org.junit.jupiter.api.Test;

class StateTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void copyMovesBytesAsTheyAreAndNoOthers() {
    for (int trial = 0; trial < 300; trial++) {
      int from = random.nextInt(20);
      int to = random.nextInt(20);
      int count = random.nextInt(50);
      byte[] x = Tensors.randomBytes(random, from + count + random.nextInt(9));
      byte[] y = Tensors.randomBytes(random, to + count + random.nextInt(9));
      MemorySegment result = tensor(y);
      run("copy", segments(tensor(x), result), from, to, count);
      System.arraycopy(x, from, y, to, count);
      assertThat(result.toArray(ValueLayout.JAVA_BYTE)).as("seed %d", seed).isEqualTo(y);
    }
  }

  @Test
  void appendWritesTheRowOfItsPosition() {
    byte[] row = Tensors.randomBytes(random, 24);
    for (int position = 0; position < 4; position++) {
      MemorySegment y = memory(96);
      run("append", segments(tensor(position, 4), tensor(row), y), 24);
      byte[] expected = new byte[96];
      System.arraycopy(row, 0, expected, 24 * position, 24);
      assertThat(y.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
    }
    MemorySegment[] outside = segments(tensor(4, 4), tensor(row), memory(96));
    Kernel append = KernelCatalog.byName("append");
    assertThatThrownBy(() -> append.run(outside, new long[] {24}))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void advanceCountsAndStopsAtTheLimit() {
    MemorySegment control = tensor(0, 3);
    Kernel advance = KernelCatalog.byName("advance");
    int[] exits = new int[4];
    Arrays.setAll(exits, _ -> advance.run(segments(control), new long[0]));
    assertThat(exits).containsExactly(0, 0, 1, 1);
    assertThat(control.toArray(ValueLayout.JAVA_INT)).containsExactly(4, 3);
  }

  @Test
  void clearWritesNothing() {
    byte[] bytes = Tensors.randomBytes(random, 40);
    MemorySegment[] operands = segments(tensor(bytes), tensor(bytes), tensor(bytes), tensor(bytes));
    assertThat(KernelCatalog.byName("clear").run(operands, new long[0])).isZero();
    for (MemorySegment operand : operands) {
      assertThat(operand.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
    }
  }
}
