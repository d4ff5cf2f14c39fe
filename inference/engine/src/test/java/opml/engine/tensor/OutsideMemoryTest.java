package opml.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class OutsideMemoryTest {
  private static final long[] SIZES = {0, 1, 63, 4096, (1 << 20) - 1, 1 << 20, (9 << 20) + 17};

  @Test
  void memoryIsZeroedAlignedAndAnybodysToWrite() throws InterruptedException {
    for (long bytes : SIZES) {
      // What is given back may be given again, and must be zeros then too.
      for (int round = 0; round < 3; round++) {
        MemorySegment memory = OutsideMemory.allocate(bytes);
        assertThat(memory.byteSize()).isEqualTo(bytes);
        assertThat(memory.isNative()).isTrue();
        assertThat(memory.address() % OutsideMemory.ALIGNMENT).as("%d bytes", bytes).isZero();
        assertThat(memory.mismatch(MemorySegment.ofArray(new byte[(int) bytes])))
            .as("%d bytes, round %d", bytes, round)
            .isEqualTo(-1);
        Thread other = Thread.ofPlatform().start(() -> memory.fill((byte) 0x5a));
        other.join();
        if (bytes > 0) {
          assertThat(memory.get(ValueLayout.JAVA_BYTE, bytes - 1)).isEqualTo((byte) 0x5a);
        }
      }
    }
  }

  @Test
  void memoryOfAnArenaGoesWithIt() {
    for (long bytes : SIZES) {
      MemorySegment memory;
      try (Arena arena = Arena.ofShared()) {
        memory = OutsideMemory.allocate(bytes, arena);
        assertThat(memory.byteSize()).isEqualTo(bytes);
        assertThat(memory.address() % OutsideMemory.ALIGNMENT).as("%d bytes", bytes).isZero();
        assertThat(memory.mismatch(MemorySegment.ofArray(new byte[(int) bytes]))).isEqualTo(-1);
        memory.fill((byte) 0x5a);
      }
      assertThat(memory.scope().isAlive()).isFalse();
    }
  }

  @Test
  void arenasGetNoMoreThanThereIsRoomFor() {
    long half = OutsideMemory.room() / 2 + 1;
    for (int round = 0; round < 2; round++) { // what was given back counts no more
      try (Arena arena = Arena.ofShared()) {
        MemorySegment first = OutsideMemory.allocate(half, arena); // untouched, it takes nothing
        assertThat(first.byteSize()).isEqualTo(half);
        assertThatThrownBy(() -> OutsideMemory.allocate(half, arena))
            .isInstanceOf(OutOfMemoryError.class)
            .hasMessageContaining("together");
      }
    }
  }

  @Test
  void theMachineHasRoomForAModelButNotForAnyModel() {
    assertThat(OutsideMemory.hasRoomFor(1 << 20)).isTrue();
    assertThat(OutsideMemory.hasRoomFor(Long.MAX_VALUE)).isFalse();
  }
}
