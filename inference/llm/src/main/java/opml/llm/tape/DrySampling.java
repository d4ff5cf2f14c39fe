package opml.llm.tape;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import opml.kernels.transformer.DryTable;
import opml.kernels.transformer.SamplingHeader;

/// What is taken off tokens by which a text would repeat a sequence of its own: llama.cpp's DRY ("don't repeat
/// yourself", by p-e-w), with its names, meanings and defaults. A token that goes on with a sequence of n tokens that
/// has stood before loses multiplier · base^(n - allowed length), if n is at least that.
///
/// No sequence goes over a breaker, a text such as a line's end, and no token loses anything whose own text has one.
///
/// @param multiplier finite, at least 0; 0 for nothing
/// @param base finite, at least 1
/// @param allowedLength tokens, at least 0
/// @param lastN how many of the last tokens are looked at, those of the prompt too; -1 for all
/// @param breakers the bytes of breakers as [DryTable] has them, one an integer; the last one of each is marked
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record DrySampling(
    float multiplier, float base, int allowedLength, int lastN, int[] breakers) {
  /// Nothing is taken off.
  public static final DrySampling NONE = new DrySampling(0, 1, 0, 0, new int[0]);

  /// What llama.cpp takes where nobody says.
  public static final float BASE = 1.75f;

  public static final int ALLOWED_LENGTH = 2;
  public static final int LAST_N = -1;
  public static final List<String> BREAKERS = List.of("\n", ":", "\"", "*");

  private static final int HEAD = DryTable.BREAKERS / Integer.BYTES;
  private static final String NAME = "dry-sequence-breaker";

  /// @throws IllegalArgumentException if a number is out of its range, or breakers are too long
  public DrySampling {
    Ranges.require(
        multiplier >= 0 && multiplier <= Float.MAX_VALUE, "dry-multiplier", multiplier, "0 on");
    Ranges.require(base >= 1 && base <= Float.MAX_VALUE, "dry-base", base, "1 on");
    Ranges.require(allowedLength >= 0, "dry-allowed-length", allowedLength, "0 on");
    Ranges.require(lastN >= -1, "dry-penalty-last-n", lastN, "-1 on");
    breakers = breakers.clone();
    if (breakers.length > DryTable.MOST_BREAKERS) {
      throw new IllegalArgumentException(
          "%s: expected are texts of at most %d bytes together; found %d"
              .formatted(NAME, DryTable.MOST_BREAKERS, breakers.length));
    }
    if (!areBreakers(breakers)) {
      throw new IllegalArgumentException(NAME + ": expected are bytes, of which the last ends one");
    }
    if (multiplier == 0 || lastN == 0) {
      multiplier = 0;
      base = 1;
      allowedLength = 0;
      lastN = 0;
      breakers = new int[0];
    } else if (lastN == -1) {
      lastN = Integer.MAX_VALUE;
    }
    multiplier += 0f; // 0 and -0 are one number.
  }

  /// {@return what is taken off where breakers are texts}
  ///
  /// @throws IllegalArgumentException if a number is out of its range, a text is empty, or they are too long together
  public static DrySampling of(
      float multiplier, float base, int allowedLength, int lastN, List<String> breakers) {
    ByteBuffer bytes =
        ByteBuffer.allocate(
            breakers.stream().mapToInt(text -> text.getBytes(UTF_8).length).sum() * Integer.BYTES);
    for (String text : breakers) {
      byte[] some = text.getBytes(UTF_8);
      if (some.length == 0) {
        throw new IllegalArgumentException(NAME + ": expected are texts that are not empty");
      }
      for (int i = 0; i < some.length; i++) {
        bytes.putInt(some[i] & 255 | (i == some.length - 1 ? DryTable.LAST : 0));
      }
    }
    int[] entries = new int[bytes.capacity() / Integer.BYTES];
    bytes.flip().asIntBuffer().get(entries);
    return new DrySampling(multiplier, base, allowedLength, lastN, entries);
  }

  private static boolean areBreakers(int[] entries) {
    return Arrays.stream(entries).allMatch(entry -> (entry & ~(DryTable.LAST | 255)) == 0)
        && (entries.length == 0 || entries[entries.length - 1] < 0);
  }

  @Override
  public int[] breakers() {
    return breakers.clone();
  }

  /// {@return whether nothing is taken off}
  public boolean isNone() {
    return multiplier == 0;
  }

  /// {@return how many integers it takes of a request}
  public int words() {
    return isNone() ? 0 : HEAD + breakers.length;
  }

  /// Writes the table, and how long it is into the header.
  void write(ByteBuffer request, int at) {
    request.putInt(SamplingHeader.DRY, words());
    if (isNone()) {
      return;
    }
    request
        .putFloat(at + DryTable.MULTIPLIER, multiplier)
        .putFloat(at + DryTable.BASE, base)
        .putInt(at + DryTable.ALLOWED_LENGTH, allowedLength)
        .putInt(at + DryTable.LAST_N, lastN);
    for (int i = 0; i < breakers.length; i++) {
      request.putInt(at + DryTable.BREAKERS + Integer.BYTES * i, breakers[i]);
    }
  }

  /// {@return what a request asks for, if that is well formed}
  ///
  /// @param at where the table is
  static Optional<DrySampling> read(ByteBuffer request, int at) {
    int words = request.getInt(SamplingHeader.DRY);
    if (words == 0) {
      return Optional.of(NONE);
    }
    int left = (request.capacity() - at) / Integer.BYTES;
    if (words < HEAD || words > HEAD + DryTable.MOST_BREAKERS || words > left) {
      return Optional.empty();
    }
    int[] entries = new int[words - HEAD];
    for (int i = 0; i < entries.length; i++) {
      entries[i] = request.getInt(at + DryTable.BREAKERS + Integer.BYTES * i);
    }
    float multiplier = request.getFloat(at + DryTable.MULTIPLIER);
    float base = request.getFloat(at + DryTable.BASE);
    int allowed = request.getInt(at + DryTable.ALLOWED_LENGTH);
    int last = request.getInt(at + DryTable.LAST_N);
    boolean formed =
        multiplier > 0
            && multiplier <= Float.MAX_VALUE
            && base >= 1
            && base <= Float.MAX_VALUE
            && allowed >= 0
            && last > 0
            && areBreakers(entries);
    return formed
        ? Optional.of(new DrySampling(multiplier, base, allowed, last, entries))
        : Optional.empty();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DrySampling that
        && Float.compare(multiplier, that.multiplier) == 0
        && Float.compare(base, that.base) == 0
        && allowedLength == that.allowedLength
        && lastN == that.lastN
        && Arrays.equals(breakers, that.breakers);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(breakers)
        + Float.hashCode(multiplier)
        + 7 * Float.hashCode(base)
        + 13 * allowedLength
        + lastN;
  }

  @Override
  public String toString() {
    return isNone()
        ? "no DRY"
        : "DRY %s · %s^(n - %d) of %d, %d bytes of breakers"
            .formatted(multiplier, base, allowedLength, lastN, breakers.length);
  }
}
