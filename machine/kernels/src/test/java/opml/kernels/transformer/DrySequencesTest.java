package opml.kernels.transformer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import opml.kernels.layout.Tile;
import opml.kernels.memory.Mem;
import org.junit.jupiter.api.Test;

/// Penalties of repeated sequences against their definition: every sequence looked for in every place, and texts as
/// strings.
class DrySequencesTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  /// What is asked for, of a vocabulary's texts.
  private record Asked(
      List<String> vocabulary,
      List<String> breakers,
      float multiplier,
      float base,
      int allowed,
      int lastN) {
    MemorySegment request() {
      byte[][] bytes = breakers.stream().map(text -> text.getBytes(UTF_8)).toArray(byte[][]::new);
      int words = DryTable.BREAKERS / 4 + Arrays.stream(bytes).mapToInt(b -> b.length).sum();
      MemorySegment request = memory(Tape.HEADER + 4L * words);
      Mem.putI32(request, SamplingHeader.DRY, words);
      Mem.putF32(request, Tape.HEADER + DryTable.MULTIPLIER, multiplier);
      Mem.putF32(request, Tape.HEADER + DryTable.BASE, base);
      Mem.putI32(request, Tape.HEADER + DryTable.ALLOWED_LENGTH, allowed);
      Mem.putI32(request, Tape.HEADER + DryTable.LAST_N, lastN);
      int at = Tape.HEADER + DryTable.BREAKERS;
      for (byte[] some : bytes) {
        for (int i = 0; i < some.length; i++) {
          Mem.putI32(request, at, some[i] & 255 | (i == some.length - 1 ? DryTable.LAST : 0));
          at += 4;
        }
      }
      return request;
    }

    /// {@return what is chosen behind a text}, whose tokens are noted in steps of some
    int choice(int[] text, int step, MemorySegment request, float... logits) {
      ByteArrayOutputStream pieces = new ByteArrayOutputStream();
      int[] ends = new int[vocabulary.size()];
      int longest = 0;
      for (int i = 0; i < ends.length; i++) {
        byte[] piece = vocabulary.get(i).getBytes(UTF_8);
        pieces.writeBytes(piece);
        ends[i] = pieces.size();
        longest = Math.max(longest, piece.length);
      }
      MemorySegment breaks = memory(8L * text.length);
      for (int from = 0; from < text.length; from += step) {
        DrySequences.dryBreaks(
            new Tile(tensor(text.length, 1, 0, 0), Tile.TOKENS, from, step),
            request,
            tensor(text),
            tensor(pieces.toByteArray()),
            tensor(ends),
            breaks,
            memory(DrySequences.BYTE_SETS),
            ends.length,
            longest);
      }
      MemorySegment chosen = tensor(-1);
      TokenSampling.chooseSampled(
          new Tile(tensor(1, 1, text.length - 1, 0), Tile.CHOICES, 0, 1),
          tensor(logits),
          request,
          tensor(text),
          breaks,
          chosen,
          memory(Candidates.bytes(logits.length) + DryTable.bytes(text.length)),
          0,
          logits.length,
          text.length);
      return Mem.i32(chosen, 0);
    }

    /// {@return what tokens lose behind a text}
    float[] losses(int... text) {
      int count = Math.min(text.length, lastN);
      int limit = Math.min(count, behindTheLastBreaker(text));
      float[] losses = new float[vocabulary.size()];
      for (int token = 0; token < losses.length; token++) {
        String own = vocabulary.get(token);
        int longest = -1;
        for (int at = text.length - count + 1; at < text.length; at++) {
          if (text[at] == token) {
            longest = Math.max(longest, Math.min(limit, same(text, at, text.length - count)));
          }
        }
        if (longest >= allowed && breakers.stream().noneMatch(own::contains)) {
          float power = 1;
          for (int i = allowed; i < longest; i++) {
            power = power * base < Float.POSITIVE_INFINITY ? power * base : power;
          }
          losses[token] = multiplier * power;
        }
      }
      return losses;
    }

    /// {@return how many tokens before a place are as those at the end}
    private static int same(int[] text, int place, int begin) {
      int same = 0;
      while (place - 1 - same >= begin && text[place - 1 - same] == text[text.length - 1 - same]) {
        same++;
      }
      return same;
    }

    /// {@return how many tokens there are behind the one in which a breaker ends last}
    private int behindTheLastBreaker(int... text) {
      for (int behind = 0; behind < text.length; behind++) {
        int end = text.length - behind;
        String before = text(Arrays.copyOf(text, end - 1));
        String with = text(Arrays.copyOf(text, end));
        boolean ends =
            breakers.stream()
                .anyMatch(
                    breaker ->
                        with.indexOf(breaker, Math.max(0, before.length() - breaker.length() + 1))
                            >= 0);
        if (ends) {
          return behind;
        }
      }
      return text.length;
    }

    private String text(int... tokens) {
      return Arrays.stream(tokens).mapToObj(vocabulary::get).collect(Collectors.joining());
    }
  }

  private String letters(int least, int most) {
    return IntStream.range(0, least + random.nextInt(most - least + 1))
        .mapToObj(_ -> String.valueOf((char) ('a' + random.nextInt(5))))
        .collect(Collectors.joining());
  }

  private Asked asked(int vocabulary) {
    return new Asked(
        IntStream.range(0, vocabulary).mapToObj(_ -> letters(0, 3)).toList(),
        IntStream.range(0, random.nextInt(4)).mapToObj(_ -> letters(1, 4)).toList(),
        0.5f + (float) random.nextDouble(),
        random.nextInt(6) == 0 ? 1e30f : 1 + (float) random.nextDouble(),
        random.nextInt(4),
        random.nextBoolean() ? Integer.MAX_VALUE : 1 + random.nextInt(40));
  }

  @Test
  void tokensLoseWhatTheDefinitionSays() {
    int lost = 0;
    for (int trial = 0; trial < 20_000; trial++) {
      int vocabulary = 2 + random.nextInt(5);
      Asked asked = asked(vocabulary);
      int[] text = random.ints(1 + random.nextInt(40), 0, vocabulary).toArray();
      float[] logits = new float[vocabulary];
      float[] losses = asked.losses(text);
      int best = 0;
      for (int i = 0; i < vocabulary; i++) {
        logits[i] = (float) random.nextDouble() * 4;
        lost += losses[i] > 0 ? 1 : 0;
        best = logits[i] - losses[i] > logits[best] - losses[best] ? i : best;
      }
      assertThat(asked.choice(text, 1 + random.nextInt(9), asked.request(), logits))
          .as("%s behind %s, trial %d, seed %d", asked, Arrays.toString(text), trial, seed)
          .isEqualTo(best);
    }
    assertThat(lost).as("seed %d", seed).isGreaterThan(5_000);
  }

  /// The rule as it was published (llama.cpp's pull request 9702), in doubles, for breakers of one token: of all places
  /// where a token stands, the one with the most tokens before it that also end the text decides.
  @Test
  void lossesAreThoseOfThePublishedRule() {
    int lost = 0;
    for (int trial = 0; trial < 3_000; trial++) {
      int vocabulary = 2 + random.nextInt(4);
      List<String> letters = List.of("a", "b", "c", "d", "e").subList(0, vocabulary);
      List<String> breakers = random.nextInt(3) == 0 ? List.of("a") : List.of();
      Asked asked =
          new Asked(
              letters,
              breakers,
              0.5f + (float) random.nextDouble(),
              1 + (float) random.nextDouble(),
              random.nextInt(5),
              random.nextBoolean() ? Integer.MAX_VALUE : 1 + random.nextInt(40));
      int[] text = random.ints(1 + random.nextInt(40), 0, vocabulary).toArray();
      MemorySegment breaks = memory(8L * text.length);
      for (int i = 0; i < text.length; i++) {
        // A breaker ends in the token, and stands in it whole.
        Mem.putI64(breaks, 8L * i, breakers.contains(letters.get(text[i])) ? 3L << 62 : 0);
      }
      MemorySegment room = memory(Candidates.bytes(vocabulary) + DryTable.bytes(text.length));
      Candidates all = new Candidates(room, vocabulary);
      all.read(tensor(new float[vocabulary]), 0);
      DrySequences.penalise(all, asked.request(), tensor(text), breaks, text.length, text.length);
      for (int token = 0; token < vocabulary; token++) {
        double loss = published(asked, token, text);
        lost += loss > 0 ? 1 : 0;
        assertThat(-all.value(token))
            .as("%s: %d behind %s, seed %d", asked, token, Arrays.toString(text), seed)
            .isCloseTo((float) loss, within((float) (1e-5 * loss)));
      }
    }
    assertThat(lost).as("seed %d", seed).isGreaterThan(2_000);
  }

  private static double published(Asked asked, int token, int... text) {
    if (asked.breakers.contains(asked.vocabulary.get(token))) {
      return 0;
    }
    int begin = Math.max(0, text.length - asked.lastN);
    int longest = -1;
    for (int place = begin + 1; place < text.length; place++) {
      int match = 0;
      while (place - match > begin
          && text[place - match - 1] == text[text.length - match - 1]
          && !asked.breakers.contains(asked.vocabulary.get(text[text.length - match - 1]))) {
        match++;
      }
      longest = text[place] == token ? Math.max(longest, match) : longest;
    }
    return longest < asked.allowed
        ? 0
        : asked.multiplier * StrictMath.pow(asked.base, longest - asked.allowed);
  }

  /// The probabilities that llama.cpp's own tests expect (`tests/test-sampling.cpp`).
  @Test
  void chancesAreThoseOfLlamaCpp() {
    List<String> none = List.of();
    List<String> five = List.of("a", "b", "c", "d", "e");
    List<String> four = five.subList(0, 4);
    int all = Integer.MAX_VALUE;
    assertChances(new Asked(four, none, 1, 1.1f, 2, 4), new int[] {0, 1}, 0.25, 0.25, 0.25, 0.25);
    assertChances(
        new Asked(four, none, 1, 1.1f, 2, 5),
        new int[] {0, 1, 2, 0, 1},
        0.296923,
        0.296923,
        0.109232,
        0.296923);
    assertChances(
        new Asked(five, List.of("d"), 1, 1.1f, 2, 6),
        new int[] {0, 1, 3, 4, 0, 1},
        0.2,
        0.2,
        0.2,
        0.2,
        0.2);
    assertChances(
        new Asked(five, none, 2, 1.1f, 2, all),
        new int[] {0, 1, 2, 0, 1},
        0.241818,
        0.241818,
        0.032727,
        0.241818,
        0.241818);
  }

  private static void assertChances(Asked asked, int[] text, double... p) {
    int draws = 20_000;
    int[] counts = new int[p.length];
    MemorySegment request = asked.request();
    Mem.putF32(request, SamplingHeader.TEMPERATURE, 1);
    for (int i = 0; i < draws; i++) {
      Mem.putI32(request, SamplingHeader.SEED, i);
      counts[asked.choice(text, text.length, request, new float[p.length])]++;
    }
    for (int i = 0; i < p.length; i++) {
      double deviation = Math.sqrt(draws * p[i] * (1 - p[i]));
      assertThat((double) counts[i])
          .as("token %d behind %s", i, Arrays.toString(text))
          .isBetween(draws * p[i] - 5 * deviation, draws * p[i] + 5 * deviation);
    }
  }

  @Test
  void aTableIsTakenAwayIfItIsOne() {
    Asked asked = new Asked(List.of("a"), List.of("ab", "c"), 0.8f, 1.75f, 2, 9);
    assertThat(isTaken(asked.request())).isTrue();
    for (int at : new int[] {DryTable.MULTIPLIER, DryTable.BASE}) {
      for (float wrong : new float[] {-1, 0, Float.NaN, Float.POSITIVE_INFINITY}) {
        MemorySegment request = asked.request();
        Mem.putF32(request, Tape.HEADER + at, wrong);
        assertThat(isTaken(request)).as("%s at %d", wrong, at).isFalse();
      }
    }
    int[][] wrongs = {
      {DryTable.ALLOWED_LENGTH, -1},
      {DryTable.LAST_N, 0},
      {DryTable.BREAKERS, 256},
      {DryTable.BREAKERS + 8, 'c'}
    };
    for (int[] wrong : wrongs) {
      MemorySegment request = asked.request();
      Mem.putI32(request, Tape.HEADER + wrong[0], wrong[1]);
      assertThat(isTaken(request)).as("%d at %d", wrong[1], wrong[0]).isFalse();
    }
    for (int words : new int[] {-1, 3, 5, 8}) {
      MemorySegment request = asked.request();
      Mem.putI32(request, SamplingHeader.DRY, words);
      assertThat(isTaken(request)).as("%d integers", words).isFalse();
    }
  }

  private static boolean isTaken(MemorySegment request) {
    MemorySegment plain = memory(request.byteSize());
    TokenSampling.tablesPlain(request, plain, (int) request.byteSize() / 4);
    return Mem.i32(plain, SamplingHeader.DRY) == 0;
  }
}
