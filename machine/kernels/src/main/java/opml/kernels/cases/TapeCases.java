package opml.kernels.cases;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import opml.kernels.cases.KernelCases.Case;
import opml.kernels.layout.Tile;
import opml.kernels.transformer.Tape;

/// Random requests and answers of a language model, right ones, and ones with a fault.
final class TapeCases {
  private static final int CONTEXT = 12;
  private static final int CAPACITY = 6;
  private static final int VOCABULARY = 9;
  private static final int LONGEST = 3;
  private static final int ROOM = Tape.ANSWER + CAPACITY * (4 + LONGEST);

  private final SplittableRandom random;
  private final RandomBytes data;

  TapeCases(SplittableRandom random, RandomBytes data) {
    this.random = random;
    this.data = data;
  }

  Case next() {
    byte[] pieces = data.bytes(VOCABULARY * LONGEST);
    int[] ends = new int[VOCABULARY];
    byte[] stops = new byte[VOCABULARY];
    for (int i = 0; i < VOCABULARY; i++) {
      ends[i] = (i == 0 ? 0 : ends[i - 1]) + random.nextInt(LONGEST + 1);
    }
    stops[VOCABULARY - 1] = 1;
    byte[] request = request();
    byte[] answer = answer(request, pieces, ends);
    return new Case(
        List.of(
            request,
            answer,
            pieces,
            data.words(ends),
            stops,
            new byte[4 * CONTEXT],
            new byte[4 * Tile.CONTROL]),
        new long[] {CONTEXT, CAPACITY, VOCABULARY, ROOM, LONGEST});
  }

  private byte[] request() {
    byte[] bytes = new byte[Tape.HEADER + 4 * CONTEXT];
    ByteBuffer request = words(bytes);
    int prompt = random.nextInt(1, CONTEXT);
    int limit = random.nextInt(Math.min(CAPACITY, CONTEXT - prompt) + 1);
    request.putInt(Tape.PROMPT, prompt).putInt(Tape.LIMIT, limit);
    for (int i = 0; i < prompt; i++) {
      request.putInt(Tape.HEADER + 4 * i, random.nextInt(VOCABULARY));
    }
    int at = 4 * random.nextInt(Tape.HEADER / 4 + prompt);
    switch (random.nextInt(6)) {
      case 0 -> request.putInt(at, random.nextInt());
      case 1 -> request.putInt(at, -1);
      case 2 -> request.putInt(4 * random.nextInt(2), random.nextInt(14));
      default -> {}
    }
    return bytes;
  }

  /// An answer that passes if its request is a good one, or an error, which passes if the reason is right; or either
  /// with a fault.
  private byte[] answer(byte[] request, byte[] pieces, int[] ends) {
    byte[] bytes = new byte[ROOM];
    ByteBuffer answer = words(bytes);
    if (random.nextInt(4) == 0) {
      answer.putInt(Tape.REASON, random.nextInt(Tape.ENDED, Tape.BAD_TOKEN + 1));
    } else {
      int limit = Math.clamp(words(request).getInt(Tape.LIMIT), 0, CAPACITY);
      int count = random.nextInt(limit + 1);
      boolean ended = count > 0 && (count < limit || random.nextBoolean());
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      for (int i = 0; i < count; i++) {
        int token = ended && i == count - 1 ? VOCABULARY - 1 : random.nextInt(VOCABULARY - 1);
        int from = token == 0 ? 0 : ends[token - 1];
        text.write(pieces, from, ends[token] - from);
        answer.putInt(Tape.ANSWER + 4 * i, token);
      }
      answer.putInt(Tape.COUNT, count).putInt(Tape.REASON, ended ? Tape.ENDED : Tape.FULL);
      answer.putInt(Tape.TEXT, text.size());
      answer.put(Tape.ANSWER + 4 * count, text.toByteArray());
    }
    if (random.nextInt(4) == 0) {
      answer.put(random.nextInt(ROOM), (byte) random.nextInt(256));
    }
    return bytes;
  }

  private static ByteBuffer words(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
