package opml.kernels.cases;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import opml.kernels.transformer.SamplingHeader;
import opml.kernels.transformer.Tape;

/// Random ways to choose tokens, as headers of requests: most of them good ones, and ones of any bytes.
final class SamplingCases {
  private static final float[] NUMBERS = {0, 1, 0.7f, 1.3f, 100, Float.MIN_VALUE, Float.MAX_VALUE};
  private static final float[] SHARES = {0, 1, 0.5f, 0.9f, 0.05f, Float.MIN_VALUE, 0x1.fffffep-1f};

  private final SplittableRandom random;

  SamplingCases(SplittableRandom random) {
    this.random = random;
  }

  /// {@return a header, and some words behind it; with biases of tokens, if there is room for them}
  byte[] request(int words, int vocabulary) {
    ByteBuffer request = ByteBuffer.wrap(header(words)).order(ByteOrder.LITTLE_ENDIAN);
    int prompt = random.nextInt(words + 1);
    request.putInt(Tape.PROMPT, prompt);
    int count = Math.min(random.nextInt(4), (words - prompt) / 2);
    request.putInt(SamplingHeader.BIASES, count);
    int token = 0;
    for (int i = 0; i < count; i++) {
      int at = Tape.HEADER + 4 * prompt + SamplingHeader.BIAS * i;
      request.putInt(at, Math.min(token, vocabulary - 1)).putFloat(at + 4, sign() * any(NUMBERS));
      token += 1 + random.nextInt(3);
    }
    return request.array();
  }

  private byte[] header(int words) {
    ByteBuffer header = ByteBuffer.allocate(Tape.HEADER + 4 * words).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = Tape.HEADER; at < header.capacity(); at += 4) {
      header.putInt(at, random.nextInt());
    }
    header
        .putInt(Tape.PROMPT, random.nextInt(9))
        .putFloat(SamplingHeader.TEMPERATURE, any(NUMBERS))
        .putInt(SamplingHeader.TOP_K, random.nextInt(4) * random.nextInt(9))
        .putFloat(SamplingHeader.TOP_P, any(SHARES))
        .putFloat(SamplingHeader.MIN_P, any(SHARES))
        .putFloat(SamplingHeader.TYPICAL, any(SHARES))
        .putInt(SamplingHeader.REPEAT_LAST_N, random.nextInt(3) * random.nextInt(9))
        .putFloat(SamplingHeader.REPEAT_PENALTY, any(NUMBERS))
        .putFloat(SamplingHeader.FREQUENCY_PENALTY, sign() * any(NUMBERS))
        .putFloat(SamplingHeader.PRESENCE_PENALTY, sign() * any(NUMBERS))
        .putLong(SamplingHeader.SEED, random.nextLong());
    switch (random.nextInt(5)) {
      case 0 -> header.putInt(word(), random.nextInt());
      case 1 -> header.putInt(word(), 1 << random.nextInt(32));
      case 2 -> {
        // Most of a request asks for little.
        for (int i = 0; i < 12; i++) {
          header.putInt(word(), 0);
        }
      }
      default -> {}
    }
    return header.array();
  }

  private int word() {
    return 4 * random.nextInt(Tape.HEADER / 4);
  }

  private int sign() {
    return random.nextBoolean() ? 1 : -1;
  }

  private float any(float[] of) {
    return of[random.nextInt(of.length)];
  }
}
