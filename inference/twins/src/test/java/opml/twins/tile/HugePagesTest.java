package opml.twins.tile;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HugePagesTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 4097, (8 << 20) - 1, 8 << 20, (8 << 20) + 1, (11 << 20) + 64})
  void memoryHoldsAsManyZerosAsWereAskedFor(long bytes) {
    MemorySegment memory = HugePages.allocate(bytes);
    assertThat(memory.byteSize()).isEqualTo(bytes);
    assertThat(memory.address() % 64).isZero();
    for (long at = 0; at < bytes; at++) {
      if (memory.get(ValueLayout.JAVA_BYTE, at) != 0) {
        throw new AssertionError("byte " + at);
      }
    }
    memory.fill((byte) 7);
    assertThat(memory.get(ValueLayout.JAVA_BYTE, bytes - 1)).isEqualTo((byte) 7);
  }
}
