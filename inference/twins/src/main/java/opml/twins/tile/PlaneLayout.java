package opml.twins.tile;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import opml.twins.call.BlockFormat;

/// How a panel of 16 rows of blocks is packed whose codes are cut into planes: of each code the lowest bits, then the
/// next, as many as divide a byte, so that no bit is wasted and few instructions put a code together.
///
/// A block has the integers of its scales, those of all rows together; then those of its minimum, for halves two and
/// two; then the planes. A vector of a plane has four bytes of each row, and a byte some bits of a code of each of
/// several groups of four, the first in the lowest. Behind the blocks that share them are the floats: half-precision
/// ones of a single block, as the file has them, else single ones.
record PlaneLayout(BlockFormat format) {
  /// Some bits of all codes.
  ///
  /// @param bits of a code
  /// @param place of the lowest of them in a code
  /// @param at bytes before it in a block
  record Plane(int bits, int place, int at) {
    /// {@return these bits of four codes}
    int mask() {
      return ((1 << bits) - 1 << place) * 0x0101_0101;
    }
  }

  private static final int ROWS = BlockTile.ROWS;

  /// Four bytes of each row.
  static final int VECTOR = 4 * ROWS;

  /// Groups of four codes.
  private static final int GROUPS = BlockTile.BLOCK / 4;

  private static final VarHandle INT16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  int minimaAt() {
    return ROWS * format.scales();
  }

  private int planesAt() {
    int minima =
        switch (format.minima()) {
          case NONE, FLOAT -> 0;
          case WHOLE -> 1;
          case HALVES -> 2;
        };
    return minimaAt() + ROWS * minima;
  }

  List<Plane> planes() {
    int at = planesAt();
    return switch (format.bits()) {
      case 2, 4, 8 -> List.of(new Plane(format.bits(), 0, at));
      case 3 -> List.of(new Plane(2, 0, at), new Plane(1, 2, at + 2 * VECTOR));
      case 5 -> List.of(new Plane(4, 0, at), new Plane(1, 4, at + 4 * VECTOR));
      case 6 -> List.of(new Plane(4, 0, at), new Plane(2, 4, at + 4 * VECTOR));
      default -> throw new IllegalArgumentException(format + " has planes of no layout");
    };
  }

  /// {@return bytes of a block of a panel}
  int blockBytes() {
    return planesAt() + format.bits() * VECTOR;
  }

  boolean hasHalves() {
    return format.blocks() == 1;
  }

  /// {@return bytes of a float of all rows}
  int floatBytes() {
    return ROWS * (hasHalves() ? Short.BYTES : Float.BYTES);
  }

  /// {@return bytes of a panel's step}
  int stepBytes() {
    return format.blocks() * blockBytes() + format.halves() * floatBytes();
  }

  /// Packs what a file has of a row for a step.
  void pack(byte[] file, int from, int row, byte[] packed, int packedAt, BlockFormat.Block block) {
    int at = packedAt;
    for (int number = 0; number < format.blocks(); number++) {
      format.read(file, from, number, block);
      for (int i = 0; i < format.scales(); i++) {
        packed[at + ROWS * i + row] = (byte) block.scales[i];
      }
      switch (format.minima()) {
        case NONE, FLOAT -> {}
        case WHOLE -> packed[at + minimaAt() + row] = (byte) block.least[0];
        case HALVES -> {
          packed[at + minimaAt() + 2 * row] = (byte) block.least[0];
          packed[at + minimaAt() + 2 * row + 1] = (byte) block.least[1];
        }
      }
      packCodes(block.codes, packed, at + planesAt() + 4 * row);
      at += blockBytes();
    }
    if (hasHalves()) {
      for (int i = 0; i < format.halves(); i++) {
        short half = (short) INT16.get(file, from + format.scaleAt() + Short.BYTES * i);
        INT16.set(packed, at + floatBytes() * i + Short.BYTES * row, half);
      }
    } else {
      int to = at + Float.BYTES * row;
      INT32.set(packed, to, Float.floatToIntBits(format.scale(file, from)));
      if (format.halves() > 1) {
        int minimum = Float.floatToIntBits(format.minimum(file, from));
        INT32.set(packed, to + floatBytes(), minimum);
      }
    }
  }

  private void packCodes(int[] codes, byte[] packed, int at) {
    switch (format.bits()) {
      case 8 -> {
        for (int i = 0; i < GROUPS; i++) {
          INT32.set(packed, at + VECTOR * i, codes[i]);
        }
      }
      case 6 -> {
        packNibbles(codes, packed, at);
        packPairs(codes, 4, packed, at + 4 * VECTOR);
      }
      case 5 -> {
        packNibbles(codes, packed, at);
        packBits(codes, 4, packed, at + 4 * VECTOR);
      }
      case 4 -> packNibbles(codes, packed, at);
      case 3 -> {
        packPairs(codes, 0, packed, at);
        packBits(codes, 2, packed, at + 2 * VECTOR);
      }
      default -> packPairs(codes, 0, packed, at);
    }
  }

  private static void packNibbles(int[] codes, byte[] packed, int at) {
    for (int i = 0; i < GROUPS; i += 2) {
      int two = codes[i] & 0x0F0F_0F0F | (codes[i + 1] & 0x0F0F_0F0F) << 4;
      INT32.set(packed, at + VECTOR * (i / 2), two);
    }
  }

  private static void packPairs(int[] codes, int place, byte[] packed, int at) {
    for (int i = 0; i < GROUPS; i += 4) {
      int four = 0;
      for (int j = 0; j < 4; j++) {
        four |= (codes[i + j] >>> place & 0x0303_0303) << 2 * j;
      }
      INT32.set(packed, at + VECTOR * (i / 4), four);
    }
  }

  private static void packBits(int[] codes, int place, byte[] packed, int at) {
    int eight = 0;
    for (int i = 0; i < GROUPS; i++) {
      eight |= (codes[i] >>> place & 0x0101_0101) << i;
    }
    INT32.set(packed, at, eight);
  }
}
