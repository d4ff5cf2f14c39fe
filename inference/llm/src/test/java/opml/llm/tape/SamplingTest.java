package opml.llm.tape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import opml.kernels.memory.Mem;
import opml.kernels.transformer.SamplingHeader;
import opml.kernels.transformer.Tape;
import opml.kernels.transformer.TokenSampling;
import opml.llm.grammar.Grammar;
import org.junit.jupiter.api.Test;

class SamplingTest {
  private static final int BYTES = Tape.HEADER + 80;
  private static final int VOCABULARY = 50;
  private static final float NAN = Float.NaN;

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  private static ByteBuffer header() {
    return ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  /// {@return whether the kernels that a check begins with take a header for one}
  private static boolean isTaken(ByteBuffer header) {
    MemorySegment request = Arena.ofAuto().allocate(BYTES, 8);
    request.copyFrom(MemorySegment.ofBuffer(header));
    MemorySegment free = Arena.ofAuto().allocate(BYTES, 8);
    TokenSampling.tablesPlain(request, free, BYTES / Integer.BYTES);
    MemorySegment plain = Arena.ofAuto().allocate(BYTES, 8);
    TokenSampling.tapePlain(free, plain, BYTES / Integer.BYTES, VOCABULARY);
    boolean zeros = true;
    for (int at = Tape.HEADER_USED; at < Tape.HEADER; at += Integer.BYTES) {
      zeros &= Mem.i32(plain, at) == 0;
    }
    return zeros;
  }

  /// {@return the same for texts of a grammar, half of the time}
  private Sampling held(Sampling sampling) {
    return sampling.withGrammar(new Grammar(random.ints(random.nextInt(2)).toArray()));
  }

  @Test
  void whatNobodySaysOfChanceIsWhatLlamaCppTakes() {
    Optional<Float> some = Optional.of(0.5f);
    Optional<Float> none = Optional.empty();
    Optional<Integer> topK = Optional.empty();
    Optional<Long> unnamed = Optional.empty();
    assertThat(new AskedChance(none, unnamed, topK, none, none, none).sampling(9).build())
        .isEqualTo(Sampling.GREEDY);
    Sampling drawn =
        Sampling.builder().seed(9).temperature(0.8f).topK(40).topP(0.95f).minP(0.05f).build();
    assertThat(new AskedChance(none, Optional.of(9L), topK, none, none, none).sampling(3).build())
        .isEqualTo(drawn);
    assertThat(
            new AskedChance(none, unnamed, Optional.of(40), none, none, none).sampling(9).build())
        .isEqualTo(drawn);
    assertThat(new AskedChance(some, unnamed, topK, none, none, none).sampling(9).build())
        .isEqualTo(
            Sampling.builder().seed(9).temperature(0.5f).topK(40).topP(0.95f).minP(0.05f).build());
    assertThat(new AskedChance(none, unnamed, topK, some, none, none).sampling(9).build().topP())
        .isEqualTo(0.5f);
    assertThat(new AskedChance(none, unnamed, topK, none, some, none).sampling(9).build().minP())
        .isEqualTo(0.5f);
    Sampling typical = new AskedChance(none, unnamed, topK, none, none, some).sampling(9).build();
    assertThat(typical.ways())
        .containsEntry("typical", 0.5f)
        .containsEntry("temperature", 0.8f)
        .containsEntry("top-k", 40)
        .doesNotContainKeys("repeat-penalty", "dry-multiplier");
    assertThat(
            new AskedChance(Optional.of(0f), Optional.of(9L), topK, some, none, none)
                .sampling(3)
                .build())
        .as("no chance was asked for")
        .isEqualTo(Sampling.GREEDY);
  }

  @Test
  void greedyIsAHeaderOfZeros() {
    ByteBuffer header = header();
    Sampling.GREEDY.write(header);
    assertThat(header).isEqualTo(header());
    assertThat(Sampling.read(header, VOCABULARY)).contains(Sampling.GREEDY);
    Sampling.Builder vain = Sampling.builder().seed(5).topK(40).topP(0.9f).minP(0.1f);
    assertThat(
            vain.repeatLastN(64)
                .presencePenalty(-0f)
                .dry(DrySampling.of(0, 1.75f, 2, -1, DrySampling.BREAKERS))
                .build())
        .as("what has no effect")
        .isEqualTo(Sampling.GREEDY);
    Sampling.Builder drawn = Sampling.builder().seed(5).temperature(1);
    assertThat(drawn.repeatPenalty(2).frequencyPenalty(1).presencePenalty(1).build())
        .isEqualTo(Sampling.drawn(5));
    assertThat(Sampling.drawn(5).withSeed(6)).isEqualTo(Sampling.drawn(6));
    assertThat(Sampling.builder().repeatLastN(-1).repeatPenalty(2).build().repeatLastN())
        .as("all")
        .isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    for (int trial = 0; trial < 1_000; trial++) {
      Sampling sampling = held(RandomSampling.whole(random, VOCABULARY));
      ByteBuffer header = header().putInt(Tape.PROMPT, random.nextInt(3));
      sampling.write(header);
      assertThat(isTaken(header)).as("%s, seed %d", sampling, seed).isTrue();
      assertThat(Sampling.read(header, VOCABULARY)).as("seed %d", seed).contains(sampling);
    }
  }

  @Test
  void theSameHeadersAreRefusedHereAndByTheCheck() {
    int refused = 0;
    for (int trial = 0; trial < 20_000; trial++) {
      ByteBuffer header = header();
      header.putInt(Tape.PROMPT, random.nextInt(3));
      held(RandomSampling.whole(random, VOCABULARY)).write(header);
      int at = 4 * (1 + random.nextInt(BYTES / 4 - 1));
      header.putInt(
          at,
          switch (random.nextInt(5)) {
            case 0 -> random.nextInt();
            case 1 -> 1 << random.nextInt(32);
            case 2 -> Float.floatToIntBits(1) + random.nextInt(3) - 1;
            case 3 -> Float.floatToIntBits(Float.MAX_VALUE) + random.nextInt(3);
            default -> random.nextInt(3) << 31;
          });
      boolean taken = isTaken(header);
      refused += taken ? 0 : 1;
      assertThat(Sampling.read(header, VOCABULARY).isPresent())
          .as("%08x at %d, seed %d", header.getInt(at), at, seed)
          .isEqualTo(taken);
    }
    assertThat(refused).isBetween(1_000, 15_000);
  }

  @Test
  void numbersOutOfTheirRangeAreRefused() {
    for (float wrong : new float[] {-1, NAN, Float.POSITIVE_INFINITY, -Float.MIN_VALUE}) {
      refused(
          all -> all.temperature(wrong), "temperature: expected is a number, 0 on; found " + wrong);
      refused(all -> all.topP(wrong), "top-p");
      refused(all -> all.minP(wrong), "min-p");
      refused(all -> all.typical(wrong), "typical");
      refused(all -> all.repeatPenalty(wrong), "repeat-penalty");
      refused(all -> all.dry(dry(wrong, 1, 2, 3)), "dry-multiplier: expected is a number, 0 on");
      refused(all -> all.dry(dry(1, wrong, 2, 3)), "dry-base: expected is a number, 1 on; found");
    }
    refused(all -> all.repeatLastN(-2), "repeat-last-n: expected is a number, -1 on; found -2");
    refused(all -> all.frequencyPenalty(NAN), "frequency-penalty");
    refused(all -> all.presencePenalty(NAN), "presence-penalty");
    refused(all -> all.dry(dry(1, 0.99f, 2, 3)), "dry-base: expected is a number, 1 on");
    refused(all -> all.dry(dry(1, 1, -1, 3)), "dry-allowed-length: expected is a number, 0 on");
    refused(all -> all.dry(dry(1, 1, 2, -2)), "dry-penalty-last-n: expected is a number, -1 on");
    refused(
        all -> all.dry(dry(1, 1, 2, 3, "a".repeat(59), "é")),
        "dry-sequence-breaker: expected are texts of at most 60 bytes together; found 61");
    refused(all -> all.dry(dry(1, 1, 2, 3, "a", "")), "expected are texts that are not empty");
  }

  private static DrySampling dry(
      float multiplier, float base, int allowed, int lastN, String... breakers) {
    return DrySampling.of(multiplier, base, allowed, lastN, List.of(breakers));
  }

  private static void refused(UnaryOperator<Sampling.Builder> how, String why) {
    assertThatThrownBy(() -> how.apply(Sampling.builder()).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @Test
  void biasesAreOfTokensAndFit() {
    Sampling some = Sampling.GREEDY.withBiases(Map.of(7, 1f, 3, -100f, 5, 0f));
    assertThat(some.biases()).containsExactly(Map.entry(3, -100f), Map.entry(7, 1f));
    assertThat(some.withSeed(3)).isEqualTo(some);
    some.requireTokens(8);
    assertThatThrownBy(() -> some.requireTokens(7)).hasMessageContaining("there is no token 7");
    assertThatThrownBy(() -> some.withBiases(Map.of(-1, 1f))).hasMessageContaining("found -1");
    assertThatThrownBy(() -> some.withBiases(Map.of(1, NAN))).hasMessageContaining("found NaN");
    Sampling held = some.withGrammar(new Grammar(new int[17]));
    assertThatThrownBy(() -> held.write(header()))
        .hasMessage(
            "grammar: its table has 17 integers, and behind the prompt there is room for 16");
    Sampling dry = some.withGrammar(new Grammar(new int[9])).withDry(dry(1, 1, 2, 3, "\n\n\n\n"));
    assertThatThrownBy(() -> dry.write(header()))
        .hasMessage(
            "dry-multiplier: its table has 8 integers, and behind the prompt there is room for 7");
    ByteBuffer full = header().putInt(Tape.PROMPT, 17);
    assertThatThrownBy(() -> some.write(full)).hasMessageContaining("no room for 2");
  }

  @Test
  void aShareOfNothingKeepsOneToken() {
    ByteBuffer header = header();
    Sampling.builder().temperature(1).topP(0).build().write(header);
    assertThat(header.getFloat(SamplingHeader.TOP_P)).isEqualTo(Float.MIN_VALUE);
  }
}
