package opml.llm.tape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Random;
import opml.kernels.memory.Mem;
import opml.kernels.transformer.SamplingHeader;
import opml.kernels.transformer.Tape;
import opml.kernels.transformer.TokenGrammar;
import opml.kernels.transformer.TokenSampling;
import opml.llm.grammar.Grammar;
import org.junit.jupiter.api.Test;

class SamplingTest {
  private static final int BYTES = Tape.HEADER + 32;
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
    TokenGrammar.grammarPlain(request, free, BYTES / Integer.BYTES);
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
  void greedyIsAHeaderOfZeros() {
    ByteBuffer header = header();
    Sampling.GREEDY.write(header);
    assertThat(header).isEqualTo(header());
    assertThat(Sampling.read(header, VOCABULARY)).contains(Sampling.GREEDY);
    assertThat(new Sampling(5, 0, 40, 0.9f, 0.1f, 1, 64, 1, 0, -0f))
        .as("what has no effect")
        .isEqualTo(Sampling.GREEDY);
    assertThat(new Sampling(5, 1, 0, 1, 0, 1, 0, 2, 1, 1)).isEqualTo(Sampling.drawn(5));
    assertThat(Sampling.drawn(5).withSeed(6)).isEqualTo(Sampling.drawn(6));
    assertThat(new Sampling(0, 1, 0, 1, 0, 1, -1, 2, 0, 0).repeatLastN())
        .as("all")
        .isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void whatIsWrittenIsReadAgain() {
    for (int trial = 0; trial < 1_000; trial++) {
      Sampling sampling = held(RandomSampling.biased(random, VOCABULARY));
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
      held(RandomSampling.biased(random, VOCABULARY)).write(header);
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
      assertThatThrownBy(() -> new Sampling(0, wrong, 0, 1, 0, 1, 0, 1, 0, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("temperature: expected is a number, 0 on; found " + wrong);
      assertThatThrownBy(() -> new Sampling(0, 1, 0, wrong, 0, 1, 0, 1, 0, 0))
          .hasMessageContaining("top-p");
      assertThatThrownBy(() -> new Sampling(0, 1, 0, 1, wrong, 1, 0, 1, 0, 0))
          .hasMessageContaining("min-p");
      assertThatThrownBy(() -> new Sampling(0, 1, 0, 1, 0, wrong, 0, 1, 0, 0))
          .hasMessageContaining("typical");
      assertThatThrownBy(() -> new Sampling(0, 1, 0, 1, 0, 1, 0, wrong, 0, 0))
          .hasMessageContaining("repeat-penalty");
    }
    assertThatThrownBy(() -> new Sampling(0, 1, 0, 1, 0, 1, -2, 1, 0, 0))
        .hasMessageContaining("repeat-last-n: expected is a number, -1 on; found -2");
    assertThatThrownBy(() -> new Sampling(0, 1, 0, 1, 0, 1, 0, 1, NAN, 0))
        .hasMessageContaining("frequency-penalty");
    assertThatThrownBy(() -> new Sampling(0, 1, 0, 1, 0, 1, 0, 1, 0, NAN))
        .hasMessageContaining("presence-penalty");
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
    Sampling held = some.withGrammar(new Grammar(new int[5]));
    assertThatThrownBy(() -> held.write(header()))
        .hasMessage("grammar: its table has 5 integers, and behind the prompt there is room for 4");
    ByteBuffer full = header().putInt(Tape.PROMPT, 5);
    assertThatThrownBy(() -> some.write(full)).hasMessageContaining("no room for 2");
  }

  @Test
  void aShareOfNothingKeepsOneToken() {
    ByteBuffer header = header();
    new Sampling(0, 1, 0, 0, 0, 1, 0, 1, 0, 0).write(header);
    assertThat(header.getFloat(SamplingHeader.TOP_P)).isEqualTo(Float.MIN_VALUE);
  }
}
