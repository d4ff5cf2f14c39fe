package opml.twins.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import opml.core.codec.MalformedException;
import opml.engine.run.Constant;
import opml.engine.run.Residence;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.StoredBytes;
import opml.engine.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Where panels are, and when they are read. That products are the same wherever they are, others show.
class PanelsTest {
  private static final int ROWS = 4;
  private static final int ALL = 18; // the last panel lacks two
  private static final int PANELS = 5;
  private static final int ROW_BYTES = 34;
  private static final int PANEL_BYTES = ROWS * ROW_BYTES;

  private final Arena arena = Arena.ofAuto();
  private final File file = new File(new Random(5));
  private final MemorySegment lent = arena.allocate(8 + PANEL_BYTES);

  /// A file whose reads are counted, and that may be changed.
  private static final class File implements StoredBytes {
    private final byte[] bytes = new byte[ALL * ROW_BYTES];
    private int read;
    private boolean changed;

    File(Random random) {
      random.nextBytes(bytes);
    }

    @Override
    public String name() {
      return "w";
    }

    @Override
    public long byteSize() {
      return bytes.length;
    }

    @Override
    public void read(long from, MemorySegment target) {
      if (changed) {
        throw new MalformedException("changed");
      }
      read += (int) target.byteSize();
      target.copyFrom(MemorySegment.ofArray(bytes).asSlice(from, target.byteSize()));
    }
  }

  private Panels panels(Residence residence) {
    Constant w =
        Constant.of(Tensor.stored(ElementType.U8, Shape.of(ALL * ROW_BYTES), file), residence);
    long[] scalars = {0, 0, 1, 0, 0, ALL, ALL, 1};
    LinearCall call = LinearCall.of(LinearCall.Format.Q8_0, scalars);
    return Panels.of(
        call,
        w,
        new Packings(),
        "backwards",
        ROWS,
        PANEL_BYTES,
        (rows, count, panel) -> {
          for (int i = 0; i < PANEL_BYTES; i++) {
            panel[PANEL_BYTES - 1 - i] = i < count * ROW_BYTES ? rows[i] : 0;
          }
        });
  }

  private byte[] expected(int panel) {
    byte[] rows = Arrays.copyOfRange(file.bytes, panel * PANEL_BYTES, (panel + 1) * PANEL_BYTES);
    byte[] backwards = new byte[PANEL_BYTES];
    for (int i = 0; i < PANEL_BYTES; i++) {
      backwards[PANEL_BYTES - 1 - i] = i + panel * PANEL_BYTES < file.bytes.length ? rows[i] : 0;
    }
    return backwards;
  }

  /// {@return whether the panel stays}
  private boolean use(Panels panels, int panel) {
    boolean stays = panels.load(panel, PANELS, false, lent, 8);
    byte[] found =
        panels
            .memory(stays, lent)
            .asSlice(panels.at(panel, stays, 8), PANEL_BYTES)
            .toArray(ValueLayout.JAVA_BYTE);
    if (panel < PANELS - 1) { // of the last, the two rows may be anything
      assertThat(found).isEqualTo(expected(panel));
    } else {
      int none = 2 * ROW_BYTES;
      assertThat(Arrays.copyOfRange(found, none, PANEL_BYTES))
          .isEqualTo(Arrays.copyOfRange(expected(panel), none, PANEL_BYTES));
    }
    return stays;
  }

  private int readByAll(Panels panels, boolean stay) {
    file.read = 0;
    for (int i = 0; i < PANELS; i++) {
      assertThat(use(panels, i)).isEqualTo(stay);
    }
    return file.read;
  }

  @Test
  void whatComesWhenUsedAgainIsReadTwiceAndThenStays() {
    Panels panels = panels(Residence.WHEN_USED_AGAIN);
    assertThat(file.read).isZero();
    assertThat(readByAll(panels, false)).isEqualTo(file.bytes.length);
    assertThat(readByAll(panels, true)).isEqualTo(file.bytes.length);
    Arrays.fill(lent.toArray(ValueLayout.JAVA_BYTE), (byte) 0);
    assertThat(readByAll(panels, true)).isZero();
  }

  @Test
  void whatTheCallerWantsOnceMoreStaysAtOnce() {
    Panels panels = panels(Residence.WHEN_USED_AGAIN);
    assertThat(panels.load(1, PANELS, true, lent, 8)).isTrue();
    file.read = 0;
    assertThat(use(panels, 1)).isTrue();
    assertThat(file.read).isZero();
    assertThat(panels(Residence.NEVER).load(1, PANELS, true, lent, 8)).isFalse();
  }

  @Test
  void whatIsThereAtOnceIsReadOnceAndWhatNeverIsEachTime() {
    Panels panels = panels(Residence.AT_ONCE);
    assertThat(file.read).isEqualTo(file.bytes.length);
    assertThat(readByAll(panels, true)).isZero();
    Panels never = panels(Residence.NEVER);
    assertThat(readByAll(never, false)).isEqualTo(file.bytes.length);
    assertThat(readByAll(never, false)).isEqualTo(file.bytes.length);
  }

  @ParameterizedTest
  @EnumSource(names = {"WHEN_USED_AGAIN", "NEVER"})
  void aFileThatCannotBeReadIsAskedAgain(Residence residence) {
    Panels panels = panels(residence);
    for (int time = 0; time < 3; time++) {
      boolean isHere = residence == Residence.WHEN_USED_AGAIN && time == 2;
      file.changed = !isHere;
      if (!isHere) {
        assertThatThrownBy(() -> panels.load(0, 1, false, lent, 8))
            .isInstanceOf(MalformedException.class);
      }
      file.changed = false;
      assertThat(use(panels, 0)).isEqualTo(residence == Residence.WHEN_USED_AGAIN && time > 0);
    }
  }

  @Test
  void manyThreadsHaveTheSamePanels() throws InterruptedException {
    Panels panels = panels(Residence.WHEN_USED_AGAIN);
    Thread[] threads = new Thread[4];
    int[] right = new int[threads.length];
    for (int t = 0; t < threads.length; t++) {
      int number = t;
      threads[t] =
          Thread.ofPlatform()
              .start(
                  () -> {
                    MemorySegment own = Arena.ofAuto().allocate(PANEL_BYTES);
                    for (int i = 0; i < 5 * (PANELS - 1); i++) {
                      int panel = i % (PANELS - 1);
                      boolean stays = panels.load(panel, PANELS, false, own, 0);
                      byte[] found =
                          panels
                              .memory(stays, own)
                              .asSlice(panels.at(panel, stays, 0), PANEL_BYTES)
                              .toArray(ValueLayout.JAVA_BYTE);
                      right[number] += Arrays.equals(found, expected(panel)) ? 1 : 0;
                    }
                  });
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(right).containsOnly(5 * (PANELS - 1));
  }
}
