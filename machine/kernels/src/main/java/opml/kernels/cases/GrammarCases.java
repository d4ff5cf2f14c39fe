package opml.kernels.cases;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import opml.kernels.cases.KernelCases.Case;
import opml.kernels.transformer.DrySequences;
import opml.kernels.transformer.GrammarTable;
import opml.kernels.transformer.SamplingHeader;
import opml.kernels.transformer.Tape;

/// Random tables of grammars, some of any integers, and of breakers, and texts of a few letters that they are about.
/// Places are any, too, but that none has more returns than [GrammarTable#DEPTH]: nothing leads to one that has.
final class GrammarCases {
  private static final int VOCABULARY = 41;
  private static final int LONGEST = 4;
  private static final int[] WORDS = {1, 2, 24, 24, 24, 200};

  private final SplittableRandom random;
  private final RandomBytes data;
  private final byte[] pieces = new byte[VOCABULARY * LONGEST];
  private final int[] ends = new int[VOCABULARY];
  private final byte[] stops = new byte[VOCABULARY];
  private final int words;

  GrammarCases(SplittableRandom random, RandomBytes data) {
    this.random = random;
    this.data = data;
    this.words = WORDS[random.nextInt(WORDS.length)];
    for (int i = 0; i < pieces.length; i++) {
      pieces[i] = (byte) letter();
    }
    for (int i = 0; i < VOCABULARY; i++) {
      ends[i] = (i == 0 ? 0 : ends[i - 1]) + random.nextInt(LONGEST + 1);
      stops[i] = (byte) (random.nextInt(16) == 0 ? 1 : 0);
    }
  }

  private int letter() {
    return 'a' + random.nextInt(4);
  }

  /// {@return a call without its control slot}
  Case of(String kernel, int rows, int position, int at) {
    return switch (kernel) {
      case "grammar.walk" ->
          new Case(
              List.of(
                  request(), tokens(position + rows), pieces, data.words(ends), places(rows + 1)),
              new long[] {VOCABULARY, LONGEST});
      case "dry.breaks" ->
          new Case(
              List.of(
                  new DryCases(random).in(request()),
                  data.ints(position + rows, -1, VOCABULARY + 1),
                  pieces,
                  data.words(ends),
                  data.bytes(8L * (position + rows)),
                  data.bytes(DrySequences.BYTE_SETS)),
              new long[] {VOCABULARY, LONGEST});
      case "grammar.allow" -> {
        int from = 32 * random.nextInt(2);
        int some = 1 + random.nextInt(VOCABULARY - from);
        int bytes = ends[from + some - 1] - (from == 0 ? 0 : ends[from - 1]);
        yield new Case(
            List.of(
                request(),
                places(at + rows + 1),
                pieces,
                data.words(ends),
                stops,
                new byte[8 * (at + rows)],
                new byte[GrammarTable.BYTES]),
            new long[] {at, from, some, bytes, VOCABULARY});
      }
      default -> {
        byte[] allowed = random.nextBoolean() ? data.bytes(8L * rows) : new byte[8 * rows];
        yield new Case(
            List.of(request(), allowed, stops, data.floats((long) rows * VOCABULARY)),
            new long[] {VOCABULARY});
      }
    };
  }

  private byte[] tokens(int count) {
    int[] tokens = new int[count];
    for (int i = 0; i < count; i++) {
      tokens[i] = random.nextInt(40) == 0 ? random.nextInt() : random.nextInt(VOCABULARY);
    }
    return data.words(tokens);
  }

  /// {@return a request with a table, or with none}
  private byte[] request() {
    ByteBuffer request =
        ByteBuffer.allocate(Tape.HEADER + 4 * words + 12).order(ByteOrder.LITTLE_ENDIAN);
    request.putInt(Tape.PROMPT, 1).putInt(SamplingHeader.BIASES, 1);
    request.putInt(SamplingHeader.GRAMMAR, random.nextInt(6) == 0 ? 0 : words);
    int garbage = random.nextInt(3);
    // Where there is little else, texts come to the ends of what is looked at and of what is kept.
    boolean isLong = random.nextInt(3) == 0;
    for (int i = 0; i < words; i++) {
      int word = isLong && random.nextInt(20) > 0 ? detour() : word();
      request.putInt(
          Tape.HEADER + 12 + 4 * i, random.nextInt(8) < garbage ? random.nextInt() : word);
    }
    return request.array();
  }

  /// {@return an entry that decides nothing}
  private int detour() {
    return switch (random.nextInt(8)) {
      case 0 -> GrammarTable.END;
      case 1 -> random.nextInt(words);
      case 2, 3, 4 -> GrammarTable.CALL | random.nextInt(words) << GrammarTable.TARGET | 255 << 8;
      default -> 1;
    };
  }

  private int word() {
    boolean anywhere = random.nextInt(20) == 0;
    int from = anywhere ? random.nextInt(256) : letter();
    int to = anywhere ? random.nextInt(256) : from + random.nextInt(3);
    return switch (random.nextInt(5)) {
      case 0 -> random.nextInt(words);
      case 1 -> GrammarTable.END;
      default ->
          (random.nextBoolean() ? GrammarTable.LAST : 0)
              | (random.nextInt(4) == 0 ? GrammarTable.CALL : 0)
              | random.nextInt(words) << GrammarTable.TARGET
              | to << 8
              | from;
    };
  }

  private byte[] places(int count) {
    byte[] bytes = new byte[count * GrammarTable.BYTES];
    ByteBuffer places = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      int height = random.nextInt(random.nextInt(4) == 0 ? GrammarTable.DEPTH + 1 : 3);
      int entry = random.nextInt(random.nextInt(16) == 0 ? 1 << 25 : words);
      int place = entry << 6 | height;
      places.putInt(
          switch (random.nextInt(16)) {
            case 0 -> GrammarTable.NOWHERE;
            case 1 -> place | Integer.MIN_VALUE;
            default -> place;
          });
      for (int j = 0; j < GrammarTable.DEPTH; j++) {
        places.putInt(random.nextInt(24) == 0 ? random.nextInt() : random.nextInt(words + 1));
      }
    }
    return bytes;
  }

  /// {@return a request of any form, and how many words it has}
  Case plain() {
    byte[] request = new SamplingCases(random).request(random.nextInt(12), VOCABULARY);
    if (random.nextInt(3) == 0) {
      request = new DryCases(random).in(request);
    } else if (random.nextBoolean()) {
      int table = random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(8);
      ByteBuffer.wrap(request).order(ByteOrder.LITTLE_ENDIAN).putInt(SamplingHeader.GRAMMAR, table);
    }
    return new Case(List.of(request, new byte[request.length]), new long[] {request.length / 4});
  }
}
