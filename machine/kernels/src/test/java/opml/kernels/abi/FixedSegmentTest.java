package opml.kernels.abi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class FixedSegmentTest {
  @Test
  void theStackPointerTheArgumentsAndTheConstantsFollowOneAnother() {
    FixedSegment layout = new FixedSegment(2, 3);
    byte[] constants = {1, 2, 3, 4, 5, 6, 7, 8};
    Geometry geometry = new Geometry(8, List.of(7, 1));
    byte[] fixed = layout.bytes(geometry, new long[] {-7, 8, 9}, constants);
    byte[] expected =
        ByteBuffer.allocate(56)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(0xfc0)
            .putLong(0x1000)
            .putLong(0xfc0)
            .putLong(-7)
            .putLong(8)
            .putLong(9)
            .put(constants)
            .array();
    assertThat(fixed).isEqualTo(expected).hasSize(layout.size(8));
    assertThat(FixedSegment.STACK_POINTER).isZero();
    assertThat(FixedSegment.argument(0)).isEqualTo(8);
    assertThat(FixedSegment.constants(5)).isEqualTo(48);
    assertThat(layout.values(fixed)).containsExactly(-7, 8, 9);
    assertThat(layout.addresses(fixed)).containsExactly(0x1000, 0xfc0);
  }

  @Test
  void everyArgumentNeedsItsValue() {
    FixedSegment layout = new FixedSegment(1, 2);
    Geometry geometry = new Geometry(7, List.of(0));
    assertThatThrownBy(() -> layout.bytes(geometry, new long[1], new byte[0]))
        .hasMessage("1 values for 2 scalars");
    assertThatThrownBy(() -> layout.bytes(new Geometry(7, List.of()), new long[2], new byte[0]))
        .hasMessage("0 operands for 1 segments");
    assertThatThrownBy(() -> new FixedSegment(-1, 0))
        .hasMessage("a kernel of -1 segments and 0 scalars");
  }
}
