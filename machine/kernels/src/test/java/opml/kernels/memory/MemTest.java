package opml.kernels.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class MemTest {
  private final MemorySegment memory = Arena.ofAuto().allocate(16, 8);

  @Test
  void isLittleEndianAndExtendsSigns() {
    Mem.putI64(memory, 0, 0x8877665544332281L);
    assertThat(Mem.i8(memory, 0)).isEqualTo((byte) 0x81);
    assertThat(Mem.i16(memory, 6)).isEqualTo((short) 0x8877);
    assertThat(Mem.i32(memory, 4)).isEqualTo(0x88776655);
    assertThat(Mem.i64(memory, 0)).isEqualTo(0x8877665544332281L);
  }

  @Test
  void storesOnlyTheLowBits() {
    Mem.putI8(memory, 1, 0x1ff);
    Mem.putI16(memory, 2, 0x12345);
    Mem.putI32(memory, 4, -2);
    assertThat(Mem.i64(memory, 0)).isEqualTo(0xfffffffe2345ff00L);
  }

  @Test
  void storesEveryNanAsTheSameOne() {
    for (int bits : new int[] {0x7f800001, 0x7fc00001, 0x7fffffff, 0xff800001, 0xffc00000}) {
      Mem.putF32(memory, 8, Float.intBitsToFloat(bits));
      assertThat(Mem.i32(memory, 8)).isEqualTo(Mem.CANONICAL_NAN);
    }
    Mem.putF32(memory, 8, -0f);
    assertThat(Mem.i32(memory, 8)).isEqualTo(0x80000000);
    assertThat(memory.get(ValueLayout.JAVA_BYTE, 11)).isEqualTo((byte) 0x80);
  }

  @Test
  void refusesWhatTheMachineWouldWrapOrAlign() {
    assertThatThrownBy(() -> Mem.f32(memory, 16)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Mem.i32(memory, -4)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Mem.i32(memory, 2)).isInstanceOf(IllegalArgumentException.class);
  }
}
