package opml.kernels.transformer;

import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import opml.kernels.layout.Tile;
import opml.kernels.memory.Mem;
import opml.kernels.operators.Philox;
import org.junit.jupiter.api.Test;

/// Choices by chance against the samplers as they are usually written: sorted lists of probabilities in double.
class TokenSamplingTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  /// What is asked for; what is not is 0.
  private static final class Asked {
    private final MemorySegment header = memory(Tape.HEADER + 64);
    private int[] text = {0};

    Asked with(int field, float value) {
      Mem.putF32(header, field, value);
      return this;
    }

    Asked with(int field, int value) {
      Mem.putI32(header, field, value);
      return this;
    }

    Asked behind(int... tokens) {
      text = tokens.clone();
      return this;
    }

    float real(int field) {
      return Mem.f32(header, field);
    }

    int number(int field) {
      return Mem.i32(header, field);
    }

    /// {@return what is chosen behind the text}
    int choice(float... logits) {
      MemorySegment chosen = tensor(-1);
      // The last of the text is the only token of the tile.
      Tile tile = new Tile(tensor(1, 1, text.length - 1, 0), Tile.CHOICES, 0, 1);
      TokenSampling.chooseSampled(
          tile,
          tensor(logits),
          header,
          tensor(text),
          memory(8L * text.length),
          chosen,
          memory(Candidates.bytes(logits.length) + DryTable.bytes(text.length)),
          0,
          logits.length,
          text.length);
      return Mem.i32(chosen, 0);
    }

    /// {@return how often each token is chosen, with seeds of chance}
    int[] choices(SplittableRandom random, int draws, float... logits) {
      int[] counts = new int[logits.length];
      for (int i = 0; i < draws; i++) {
        Mem.putI32(header, SamplingHeader.SEED, random.nextInt());
        Mem.putI32(header, SamplingHeader.SEED + 4, random.nextInt());
        counts[choice(logits)]++;
      }
      return counts;
    }
  }

  /// A token that may be chosen.
  private record Option(int token, double logit) {}

  private static List<Option> first(List<Option> sorted, double[] p, double share, boolean above) {
    double sum = 0;
    for (int i = 0; i < sorted.size(); i++) {
      sum += p[i];
      if (above ? sum > share : sum >= share) {
        return sorted.subList(0, i + 1);
      }
    }
    return sorted;
  }

  private static double[] softmax(List<Option> options, double temperature) {
    double most = options.stream().mapToDouble(Option::logit).max().orElseThrow();
    double[] p =
        options.stream().mapToDouble(o -> Math.exp((o.logit - most) / temperature)).toArray();
    double sum = Arrays.stream(p).sum();
    return Arrays.stream(p).map(x -> x / sum).toArray();
  }

  /// {@return each token's probability}
  private static double[] expected(Asked asked, float... logits) {
    double[] changed = penalised(asked, logits);
    List<Option> options =
        new ArrayList<>(
            IntStream.range(0, logits.length).mapToObj(i -> new Option(i, changed[i])).toList());
    options.sort(Comparator.comparingDouble(Option::logit).reversed());
    int topK = asked.number(SamplingHeader.TOP_K);
    if (topK > 0 && topK < options.size()) {
      options = options.subList(0, topK);
    }
    options = cut(asked, options);
    float temperature = asked.real(SamplingHeader.TEMPERATURE);
    double[] p = softmax(options, temperature);
    double[] all = new double[logits.length];
    for (int i = 0; i < p.length; i++) {
      all[options.get(i).token] = p[i];
    }
    return all;
  }

  private static double[] penalised(Asked asked, float... logits) {
    double[] changed = IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).toArray();
    int from = Math.max(0, asked.text.length - asked.number(SamplingHeader.REPEAT_LAST_N));
    int[] last = Arrays.copyOfRange(asked.text, from, asked.text.length);
    for (int token = 0; token < logits.length; token++) {
      int wanted = token;
      long times = Arrays.stream(last).filter(t -> t == wanted).count();
      if (times > 0) {
        float repeat = asked.real(SamplingHeader.REPEAT_PENALTY);
        if (repeat != 0) {
          changed[token] = changed[token] > 0 ? changed[token] / repeat : changed[token] * repeat;
        }
        changed[token] -= times * asked.real(SamplingHeader.FREQUENCY_PENALTY);
        changed[token] -= asked.real(SamplingHeader.PRESENCE_PENALTY);
      }
    }
    return changed;
  }

  private static List<Option> cut(Asked asked, List<Option> sorted) {
    List<Option> options = sorted;
    float typical = asked.real(SamplingHeader.TYPICAL);
    if (typical > 0 && typical < 1) {
      double[] p = softmax(options, 1);
      double entropy = -Arrays.stream(p).map(x -> x * Math.log(x)).sum();
      List<Option> left = options;
      List<Integer> order =
          IntStream.range(0, p.length)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> Math.abs(-Math.log(p[i]) - entropy)))
              .toList();
      options =
          new ArrayList<>(
              first(
                  order.stream().map(left::get).toList(),
                  order.stream().mapToDouble(i -> p[i]).toArray(),
                  typical,
                  true));
      options.sort(Comparator.comparingDouble(Option::logit).reversed());
    }
    float topP = asked.real(SamplingHeader.TOP_P);
    if (topP > 0 && topP < 1) {
      options = first(options, softmax(options, 1), topP, false);
    }
    double least = Math.log(asked.real(SamplingHeader.MIN_P)) + options.getFirst().logit;
    return options.stream().filter(o -> o.logit >= least).toList();
  }

  /// Pearson's test: the sum is about its mean, which is the number of classes less one, give or take six of its
  /// deviations, once in a hundred million runs.
  private void assertDistributed(int[] counts, double... p) {
    int draws = Arrays.stream(counts).sum();
    double sum = 0;
    int classes = -1;
    for (int i = 0; i < p.length; i++) {
      if (p[i] == 0) {
        assertThat(counts[i]).as("token %d, seed %d", i, seed).isZero();
      } else {
        double mean = p[i] * draws;
        sum += (counts[i] - mean) * (counts[i] - mean) / mean;
        classes++;
      }
    }
    assertThat(sum)
        .as("chi-square of %s, seed %d", Arrays.toString(p), seed)
        .isLessThan(classes + 7 * Math.sqrt(2.0 * Math.max(1, classes)) + 14);
  }

  private float[] logits(int count) {
    float[] logits = new float[count];
    for (int i = 0; i < count; i++) {
      logits[i] = (float) (random.nextDouble() * 4 - 2);
    }
    return logits;
  }

  @Test
  void drawsAreDistributedAsTheSamplersSay() {
    for (int trial = 0; trial < 60; trial++) {
      Asked asked =
          new Asked()
              .with(SamplingHeader.TEMPERATURE, 0.3f + 1.5f * (float) random.nextDouble())
              .with(SamplingHeader.TOP_K, random.nextInt(3) * random.nextInt(12))
              .with(SamplingHeader.TOP_P, random.nextInt(2) * (float) random.nextDouble())
              .with(SamplingHeader.MIN_P, random.nextInt(2) * 0.4f * (float) random.nextDouble())
              .with(SamplingHeader.TYPICAL, random.nextInt(2) * (float) random.nextDouble())
              .with(SamplingHeader.REPEAT_LAST_N, random.nextInt(2) * random.nextInt(20))
              .with(SamplingHeader.REPEAT_PENALTY, random.nextInt(2) * 1.4f)
              .with(SamplingHeader.FREQUENCY_PENALTY, random.nextInt(2) * 0.3f)
              .with(SamplingHeader.PRESENCE_PENALTY, random.nextInt(2) * -0.5f)
              .behind(random.ints(1 + random.nextInt(12), 0, 12).toArray());
      float[] logits = logits(12);
      assertDistributed(asked.choices(random, 4_000, logits), expected(asked, logits));
    }
  }

  @Test
  void aLargeVocabularyIsDrawnFromToo() {
    Asked asked = new Asked().with(SamplingHeader.TEMPERATURE, 2f).with(SamplingHeader.TOP_P, 0.6f);
    float[] logits = logits(3_000);
    double[] p = expected(asked, logits);
    int[] counts = asked.choices(random, 3_000, logits);
    // In classes of some hundred tokens each.
    double[] shares = new double[30];
    int[] sums = new int[30];
    for (int i = 0; i < p.length; i++) {
      shares[i % 30] += p[i];
      sums[i % 30] += counts[i];
      if (p[i] == 0) {
        assertThat(counts[i]).as("token %d, seed %d", i, seed).isZero();
      }
    }
    assertDistributed(sums, shares);
  }

  @Test
  void whatIsCutIsCutInTheOrderOfLlamaCpp() {
    float[] logits = {
      (float) Math.log(0.4), (float) Math.log(0.3), (float) Math.log(0.2), (float) Math.log(0.1)
    };
    // Top-k is first, so that top-p is of 0.57 and 0.43: the other way round there would be 0.4,
    // 0.3 and one more.
    Asked topK = new Asked().with(SamplingHeader.TEMPERATURE, 1f).with(SamplingHeader.TOP_K, 2);
    assertDistributed(
        topK.with(SamplingHeader.TOP_P, 0.55f).choices(random, 500, logits), 1, 0, 0, 0);
    // The temperature is last: before top-p it would leave all four, nearly alike.
    Asked hot = new Asked().with(SamplingHeader.TEMPERATURE, 1000f);
    assertDistributed(
        hot.with(SamplingHeader.TOP_P, 0.65f).choices(random, 2_000, logits), 0.5, 0.5, 0, 0);
    // So it is behind min-p.
    Asked least = new Asked().with(SamplingHeader.TEMPERATURE, 1000f);
    assertDistributed(
        least.with(SamplingHeader.MIN_P, 0.6f).choices(random, 2_000, logits), 0.5, 0.5, 0, 0);
    // Penalties are before all: what was the first is not kept.
    Asked again =
        new Asked()
            .with(SamplingHeader.TEMPERATURE, 1f)
            .with(SamplingHeader.TOP_K, 1)
            .with(SamplingHeader.REPEAT_LAST_N, 1)
            .with(SamplingHeader.PRESENCE_PENALTY, 1f)
            .behind(3, 0);
    assertDistributed(again.choices(random, 100, logits), 0, 1, 0, 0);
    // Typical is before top-p: it leaves out the greatest, if that is no surprise.
    float[] plain = {(float) Math.log(0.7), (float) Math.log(0.06), 0, 0, 0, 0};
    Arrays.fill(plain, 1, 6, (float) Math.log(0.06));
    Asked typical =
        new Asked()
            .with(SamplingHeader.TEMPERATURE, 1f)
            .with(SamplingHeader.TYPICAL, 0.6f)
            .with(SamplingHeader.TOP_P, 0.99f);
    assertDistributed(typical.choices(random, 100, plain), expected(typical, plain));
  }

  @Test
  void biasesAreAddedBeforeAll() {
    float[] logits = {1, 2, 3, 4};
    Asked asked = new Asked().with(SamplingHeader.BIASES, 2);
    asked.with(Tape.PROMPT, 3).with(Tape.HEADER + 12, 1).with(Tape.HEADER + 16, 7f);
    asked.with(Tape.HEADER + 20, 3).with(Tape.HEADER + 24, -100f);
    assertThat(asked.choice(logits)).as("without temperature, too").isEqualTo(1);
    asked.with(SamplingHeader.TOP_K, 3).with(SamplingHeader.TEMPERATURE, 4f);
    double[] p = expected(new Asked().with(SamplingHeader.TEMPERATURE, 4f), 1, 9, 3);
    assertDistributed(asked.choices(random, 2_000, logits), p[0], p[1], p[2], 0);
  }

  @Test
  void equalOnesAreKeptByTheirPlace() {
    float[] same = {1, 1, 1, 1, 1};
    Asked some = new Asked().with(SamplingHeader.TEMPERATURE, 1f);
    assertDistributed(
        some.with(SamplingHeader.TOP_K, 2).choices(random, 1_000, same), 0.5, 0.5, 0, 0, 0);
    Asked half = new Asked().with(SamplingHeader.TEMPERATURE, 1f);
    assertDistributed(
        half.with(SamplingHeader.TOP_P, 0.5f).choices(random, 1_000, 1, 1, 1, 1), 0.5, 0.5, 0, 0);
    Asked zeros = new Asked().with(SamplingHeader.TEMPERATURE, 1f).with(SamplingHeader.TOP_K, 1);
    assertThat(zeros.choices(random, 50, -0f, 0f)).as("there is one zero").containsExactly(50, 0);
  }

  @Test
  void withoutTemperatureTheGreatestOfWhatIsLeftIsChosen() {
    for (int trial = 0; trial < 200; trial++) {
      float[] logits = logits(20);
      MemorySegment chosen = tensor(0);
      Tape.chooseGreedy(
          new Tile(tensor(1, 1, 0, 0), Tile.CHOICES, 0, 1), tensor(logits), chosen, logits.length);
      Asked asked =
          new Asked()
              .with(SamplingHeader.TOP_K, 1 + random.nextInt(9))
              .with(SamplingHeader.TOP_P, (float) random.nextDouble())
              .with(SamplingHeader.MIN_P, (float) random.nextDouble())
              .with(SamplingHeader.SEED, random.nextInt());
      assertThat(asked.choice(logits)).as("seed %d", seed).isEqualTo(Mem.i32(chosen, 0));
    }
    Asked penalised =
        new Asked()
            .with(SamplingHeader.REPEAT_LAST_N, 64)
            .with(SamplingHeader.REPEAT_PENALTY, 2f)
            .behind(1, 1);
    assertThat(penalised.choice(0.6f, 1f, 0.55f)).isZero();
    assertThat(penalised.choice(-1.9f, -1f, -3f)).as("negative ones are multiplied").isZero();
  }

  @Test
  void whatIsNoNumberIsNeverChosen() {
    Asked asked = new Asked().with(SamplingHeader.TEMPERATURE, 1f);
    float none = Float.NEGATIVE_INFINITY;
    float endless = Float.POSITIVE_INFINITY;
    assertThat(asked.choice(Float.NaN, none, Float.NaN)).isZero();
    assertDistributed(asked.choices(random, 200, Float.NaN, 1, none, 1), 0, 0.5, 0, 0.5);
    assertDistributed(asked.choices(random, 200, 3, endless, 3, endless), 0, 0.5, 0, 0.5);
    assertDistributed(asked.choices(random, 50, Float.MAX_VALUE, -Float.MAX_VALUE), 1, 0);
    Asked cold = new Asked().with(SamplingHeader.TEMPERATURE, Float.MIN_VALUE);
    assertDistributed(cold.choices(random, 50, 1, 1 + 0x1p-23f, 1), 0, 1, 0);
  }

  @Test
  void aDrawFollowsFromSeedAndPositionAlone() {
    Asked asked = new Asked().with(SamplingHeader.TEMPERATURE, 1f).with(SamplingHeader.SEED, 7);
    float[] same = new float[1000];
    int[] choices =
        IntStream.range(1, 20).map(n -> asked.behind(new int[n]).choice(same)).toArray();
    assertThat(Arrays.stream(choices).distinct().count()).isGreaterThan(15);
    assertThat(IntStream.range(1, 20).map(n -> asked.behind(new int[n]).choice(same)).toArray())
        .isEqualTo(choices);
    assertThat(choices[0])
        .as("of a thousand, the place of the published generator's number")
        .isEqualTo((int) Math.unsignedMultiplyHigh(Philox.of(1, 0, 0, 0, 7, 0).first(), 1000));
  }

  @Test
  void aHeaderIsTakenAwayIfItIsOne() {
    MemorySegment request = memory(Tape.HEADER + 8);
    Mem.putI32(request, Tape.PROMPT, 2);
    Mem.putI32(request, Tape.LIMIT, 3);
    Mem.putF32(request, SamplingHeader.TEMPERATURE, 1f);
    Mem.putI32(request, SamplingHeader.SEED + 4, 1);
    Mem.putI32(request, Tape.HEADER + 4, 5);
    MemorySegment plain = memory(request.byteSize());
    TokenSampling.tapePlain(request, plain, 18, 6);
    MemorySegment expected = memory(request.byteSize());
    Mem.putI32(expected, Tape.PROMPT, 2);
    Mem.putI32(expected, Tape.LIMIT, 3);
    Mem.putI32(expected, Tape.HEADER + 4, 5);
    assertThat(plain.mismatch(expected)).isEqualTo(-1);
    Mem.putI32(request, Tape.PROMPT, 0);
    Mem.putI32(request, SamplingHeader.BIASES, 1);
    TokenSampling.tapePlain(request, plain, 18, 6);
    assertThat(Mem.i32(plain, SamplingHeader.BIASES)).as("of token 0, by a little").isZero();
    Mem.putI32(request, Tape.HEADER, 6);
    TokenSampling.tapePlain(request, plain, 18, 6);
    assertThat(plain.mismatch(request)).as("there is no token 6").isEqualTo(-1);
    Mem.putI32(request, Tape.HEADER, 0);
    Mem.putI32(request, SamplingHeader.TEMPERATURE, 0x80000000);
    TokenSampling.tapePlain(request, plain, 18, 6);
    assertThat(plain.mismatch(request)).as("-0 is none").isEqualTo(-1);
  }
}
