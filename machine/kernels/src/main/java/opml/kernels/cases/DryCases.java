package opml.kernels.cases;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import opml.kernels.transformer.DryTable;
import opml.kernels.transformer.SamplingHeader;
import opml.kernels.transformer.Tape;

/// Random tables of repeated sequences behind random headers; most of them good ones.
final class DryCases {
  private static final int MOST_WORDS = DryTable.BREAKERS / 4 + 9;
  private static final float[] MULTIPLIERS = {0.8f, 1, 3, Float.MIN_VALUE, Float.MAX_VALUE};
  private static final float[] BASES = {1, 1.75f, 0x1.000002p0f, 0x1p100f, Float.MAX_VALUE};

  private final SplittableRandom random;

  DryCases(SplittableRandom random) {
    this.random = random;
  }

  /// {@return a request that asks for something, behind whose table there may be some words more}
  ///
  /// @param request with a prompt and biases that there is room for
  byte[] in(byte[] request) {
    int words = random.nextInt(3) == 0 ? 0 : DryTable.BREAKERS / 4 + random.nextInt(9);
    ByteBuffer out =
        ByteBuffer.wrap(Arrays.copyOf(request, request.length + 4 * MOST_WORDS))
            .order(ByteOrder.LITTLE_ENDIAN);
    int at =
        Tape.HEADER
            + 4 * out.getInt(Tape.PROMPT)
            + SamplingHeader.BIAS * out.getInt(SamplingHeader.BIASES);
    out.putInt(SamplingHeader.GRAMMAR, 0).putInt(SamplingHeader.DRY, words);
    if (words > 0) {
      out.putFloat(at + DryTable.MULTIPLIER, MULTIPLIERS[random.nextInt(MULTIPLIERS.length)])
          .putFloat(at + DryTable.BASE, BASES[random.nextInt(BASES.length)])
          .putInt(at + DryTable.ALLOWED_LENGTH, random.nextInt(4))
          .putInt(at + DryTable.LAST_N, random.nextInt(3) == 0 ? Integer.MAX_VALUE : entry(20));
      for (int i = DryTable.BREAKERS / 4; i < words; i++) {
        boolean ends = i == words - 1 || random.nextInt(3) > 0;
        out.putInt(at + 4 * i, (ends ? DryTable.LAST : 0) | 'a' + random.nextInt(4));
      }
    }
    if (random.nextInt(6) == 0) {
      out.putInt(at + 4 * random.nextInt(MOST_WORDS), random.nextInt());
    }
    return out.array();
  }

  private int entry(int below) {
    return 1 + random.nextInt(below);
  }
}
