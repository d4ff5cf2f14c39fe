package opml.ethereum.rlp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Reads items, each in its one encoding only.
final class RlpReader {
  /// The first byte of bytes whose length is 0, ...
  static final int BYTES = 0x80;

  /// ... and of a sequence with nothing in it.
  static final int SEQUENCE = 0xc0;

  /// The greatest length that stands in the first byte; a longer one stands behind it.
  static final int SHORT = 55;

  private final byte[] in;
  private int at;

  RlpReader(byte[] in) {
    this.in = in;
  }

  /// {@return the item that begins here}
  ///
  /// @param end where the item around it ends
  Rlp item(int end, int depth) {
    require(at < end, "an item is missing");
    int first = in[at++] & 0xff;
    if (first < BYTES) {
      return Rlp.of(new byte[] {(byte) first});
    }
    if (first < SEQUENCE) {
      int length = length(first - BYTES, end);
      require(length != 1 || in[at] < 0, "a byte that is its own encoding has a length");
      at += length;
      return Rlp.of(Arrays.copyOfRange(in, at - length, at));
    }
    int length = length(first - SEQUENCE, end);
    require(depth < Rlp.MOST_DEPTH, "sequences are more than " + Rlp.MOST_DEPTH + " deep");
    int last = at + length;
    List<Rlp> items = new ArrayList<>();
    while (at < last) {
      items.add(item(last, depth + 1));
    }
    return Rlp.of(items);
  }

  private int length(int told, int end) {
    long length = told;
    if (told > SHORT) {
      int bytes = told - SHORT;
      require(bytes <= Integer.BYTES && bytes <= end - at, "a length is cut off, or too large");
      require(in[at] != 0, "a length begins with a zero");
      length = 0;
      for (int i = 0; i < bytes; i++) {
        length = length << Byte.SIZE | in[at++] & 0xff;
      }
      require(length > SHORT, "a short length is written as a long one");
    }
    require(length <= end - at, "an item goes beyond its end");
    return (int) length;
  }

  void requireEnd(int end) {
    require(at == end, "bytes are left behind the item");
  }

  private void require(boolean good, String problem) {
    if (!good) {
      throw new IllegalArgumentException("not RLP: %s, at byte %d".formatted(problem, at));
    }
  }
}
