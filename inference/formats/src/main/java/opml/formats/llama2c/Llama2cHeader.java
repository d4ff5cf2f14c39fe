package opml.formats.llama2c;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;

/// The numbers at the beginning of a checkpoint.
///
/// @param version 0 for the legacy format, which does not say; 1 for floats, 2 for bytes in groups that share a scale
/// @param bytes where the weights begin
/// @param sharesClassifier whether the embedding is the classifier, too
/// @param group elements that share a scale, 1 where there are none
public record Llama2cHeader(
    int version,
    int bytes,
    int width,
    int feedForward,
    int layers,
    int heads,
    int kvHeads,
    int vocabulary,
    int context,
    boolean sharesClassifier,
    int group) {
  /// How many of a file's first bytes are enough.
  public static final int MOST_BYTES = 256;

  private static final int MAGIC = 0x616b_3432;
  private static final int LEGACY_BYTES = 7 * Integer.BYTES;

  /// More than any model's numbers. A file that begins with a text, or with another format's tags, has greater ones.
  private static final int MOST = 1 << 20;

  private static final int MOST_LAYERS = 4_096;

  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// @throws IllegalArgumentException if no model has such numbers
  public Llama2cHeader {
    for (int number : new int[] {width, feedForward, layers, heads, kvHeads, vocabulary, context}) {
      if (number < 1 || number > MOST) {
        throw new IllegalArgumentException("expected 1 to %,d, found %,d".formatted(MOST, number));
      }
    }
    if (layers > MOST_LAYERS) {
      throw new IllegalArgumentException("expected at most %,d layers".formatted(MOST_LAYERS));
    }
    if (width % heads != 0 || width / heads % 2 != 0 || heads % kvHeads != 0) {
      throw new IllegalArgumentException(
          "no width of %,d in %d heads over %d".formatted(width, heads, kvHeads));
    }
    if (group < 1 || width % group != 0 || feedForward % group != 0) {
      throw new IllegalArgumentException(
          "no rows of %,d and %,d in groups of %d".formatted(width, feedForward, group));
    }
  }

  /// {@return the width of a head}
  public int headWidth() {
    return width / heads;
  }

  /// {@return the header of a file that begins so, if it is one}
  ///
  /// @param head the first bytes, 256 or all
  public static Optional<Llama2cHeader> of(byte[] head) {
    MemorySegment in = MemorySegment.ofArray(head);
    try {
      if (head.length >= LEGACY_BYTES && in.get(I32, 0) != MAGIC) {
        int vocabulary = in.get(I32, 5 * Integer.BYTES);
        return Optional.of(of(in, 0, 0, LEGACY_BYTES, Math.abs(vocabulary), vocabulary > 0, 1));
      }
      if (head.length < MOST_BYTES) {
        return Optional.empty();
      }
      int version = in.get(I32, 4);
      int numbers = 2 * Integer.BYTES;
      int flag = numbers + LEGACY_BYTES;
      int vocabulary = in.get(I32, numbers + 5 * Integer.BYTES);
      int group = version == 2 ? in.get(I32, flag + 1) : 1;
      boolean shares = in.get(ValueLayout.JAVA_BYTE, flag) != 0;
      return version == 1 || version == 2
          ? Optional.of(of(in, version, numbers, MOST_BYTES, vocabulary, shares, group))
          : Optional.empty();
    } catch (IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static Llama2cHeader of(
      MemorySegment in,
      int version,
      int numbers,
      int bytes,
      int vocabulary,
      boolean shares,
      int group) {
    int[] n = in.asSlice(numbers, LEGACY_BYTES).toArray(I32);
    return new Llama2cHeader(
        version, bytes, n[0], n[1], n[2], n[3], n[4], vocabulary, n[6], shares, group);
  }
}
