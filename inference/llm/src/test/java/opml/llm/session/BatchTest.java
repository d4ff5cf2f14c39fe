package opml.llm.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.engine.tensor.ElementType;
import opml.llm.forward.CacheType;
import opml.llm.model.LanguageModel;
import opml.llm.tape.RandomSampling;
import opml.llm.tape.Sampling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Many texts at once against one after the other.
class BatchTest {
  private static final int CONTEXT = 60;
  private static final int VOCABULARY = 263;
  private static final int ROWS = 24;

  @TempDir Path folder;

  private final Random random = new Random();
  private final long seed = random.nextLong();

  /// A text that somebody wants, and what is said behind it, each token with the hash of its logits.
  private record Wish(int[] prompt, int limit, Sampling sampling, List<Said> answer) {}

  private record Said(int token, Bytes32 logits) {}

  /// Somebody who is being answered.
  private static final class Guest {
    private final Wish wish;
    private final Continuation going;
    private final List<Said> heard = new ArrayList<>();

    Guest(Wish wish, Continuation going) {
      this.wish = wish;
      this.going = going;
    }

    void hear() {
      going.settle();
      for (int i = 0; i < going.said(); i++) {
        heard.add(new Said(going.said(i), hash(going.logits(i))));
      }
    }
  }

  private static Bytes32 hash(MemorySegment logits) {
    return Keccak.hash(logits.toArray(ValueLayout.JAVA_BYTE));
  }

  private List<Wish> wishes(Session alone, int count) {
    int[] preamble = random.ints(20, 0, VOCABULARY).toArray();
    List<Wish> wishes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int own = 1 + random.nextInt(18);
      int shared = random.nextInt(3) * 10;
      int[] prompt = Arrays.copyOf(preamble, shared + own);
      for (int j = shared; j < prompt.length; j++) {
        // What repeats itself is guessed more often.
        prompt[j] = random.nextInt(3) == 0 ? random.nextInt(VOCABULARY) : 7 + j % 3;
      }
      int limit = 1 + random.nextInt(CONTEXT - prompt.length);
      Sampling sampling =
          random.nextBoolean() ? Sampling.GREEDY : RandomSampling.whole(random, VOCABULARY);
      wishes.add(new Wish(prompt, limit, sampling, answer(alone, prompt, limit, sampling)));
    }
    return wishes;
  }

  /// The plain way, token by token.
  private static List<Said> answer(Session alone, int[] prompt, int limit, Sampling sampling) {
    List<Said> answer = new ArrayList<>();
    alone.cut(0);
    alone.choose(sampling);
    int next = alone.take(prompt);
    answer.add(new Said(next, hash(alone.logits())));
    while (answer.size() < limit) {
      next = alone.take(next);
      answer.add(new Said(next, hash(alone.logits())));
    }
    return answer;
  }

  @ParameterizedTest
  @CsvSource({
    "llama,F32,F32",
    "llama,Q8_0,F16",
    "qwen2,Q4_0,F16",
    "qwen3,F16,F16",
    "qwen3-wide,F32,Q8_0",
  })
  void textsThatComeAndGoAreWhatTheyAreAlone(
      String family, ElementType matrices, CacheType cacheType) throws IOException {
    random.setSeed(seed);
    LanguageModel model = TinyEngine.model(folder, family, matrices, seed);
    TextEngine engine = TinyEngine.of(model, CONTEXT, cacheType, ROWS, 3);
    List<Wish> wishes;
    try (Session alone = TinyEngine.of(model, CONTEXT, cacheType, 1, 1).open()) {
      wishes = wishes(alone, 24);
    }
    int guesses = 0;
    try (TextBatch batch = engine.batch();
        // The model itself, as a smaller one: it guesses right, and is wrong where it is cut off.
        ModelDrafter twin = ModelDrafter.of(TinyEngine.of(model, 40, cacheType, 8, 1), engine)) {
      List<BatchText> idle = new ArrayList<>();
      List<Guest> guests = new ArrayList<>();
      List<Wish> waiting = new ArrayList<>(wishes);
      while (!waiting.isEmpty() || !guests.isEmpty()) {
        if (!waiting.isEmpty() && guests.size() < 7 && random.nextInt(3) > 0) {
          guests.add(seat(waiting.removeFirst(), batch, idle, guests, twin));
        }
        List<Guest> added = new ArrayList<>();
        for (Guest guest : guests) {
          if (batch.room() > 0 && random.nextInt(5) > 0) {
            guest.going.add(batch, 1 + random.nextInt(batch.room()));
            added.add(guest);
          }
        }
        batch.step();
        for (Guest guest : added) {
          guest.hear();
          guesses += Math.max(0, guest.going.said() - 1);
          assertThat(guest.heard)
              .as("%s, seed %d", guest.wish.sampling, seed)
              .isEqualTo(guest.wish.answer.subList(0, guest.heard.size()));
        }
        for (Guest guest : List.copyOf(guests)) {
          boolean goesAway = random.nextInt(60) == 0;
          if (guest.going.isFull() || goesAway) {
            assertThat(goesAway || guest.heard.size() == guest.wish.limit).isTrue();
            guests.remove(guest);
            idle.add(guest.going.text());
          }
        }
      }
      idle.forEach(BatchText::close);
    }
    assertThat(guesses).as("right guesses, seed %d", seed).isPositive();
  }

  private Guest seat(
      Wish wish, TextBatch batch, List<BatchText> idle, List<Guest> guests, Drafter twin) {
    boolean isUsed = !idle.isEmpty() && random.nextBoolean();
    BatchText text = isUsed ? idle.remove(random.nextInt(idle.size())) : batch.open();
    text.choose(wish.sampling);
    Drafter drafter =
        switch (random.nextInt(3)) {
          case 0 -> Drafter.NONE;
          case 1 -> RepeatDrafter.INSTANCE;
          default -> twin;
        };
    drafter.choose(wish.sampling);
    Continuation going = new Continuation(text, wish.limit, drafter, 8, wish.prompt);
    List<BatchText> others = new ArrayList<>(idle);
    guests.forEach(guest -> others.add(guest.going.text()));
    for (BatchText other : others) {
      int common = going.common(other);
      if (common > text.length() && random.nextInt(4) > 0) {
        text.begin(other, common);
      }
    }
    return new Guest(wish, going);
  }

  @Test
  void aStepRefusesWhatItCannotTake() throws IOException {
    LanguageModel model = TinyEngine.model(folder, "llama", ElementType.F32, 1);
    TextEngine engine = TinyEngine.of(model, CONTEXT, CacheType.F16, 4, 1);
    try (TextBatch batch = engine.batch();
        BatchText one = batch.open();
        BatchText two = batch.open()) {
      int[] tokens = {1, 2, 3, 4, VOCABULARY};
      assertThatThrownBy(() -> batch.add(one, tokens, 0, 5, 0, 0))
          .hasMessageContaining("4 at most");
      assertThatThrownBy(() -> batch.add(one, tokens, 4, 1, 0, 0))
          .hasMessageContaining("is not in a vocabulary of 263");
      assertThatThrownBy(() -> batch.add(one, tokens, 0, 2, 1, 2))
          .hasMessageContaining("2 choices from token 1 on, of 2");
      batch.add(one, tokens, 0, 3, 2, 1);
      assertThatThrownBy(() -> batch.add(one, tokens, 0, 1, 0, 1)).hasMessageContaining("once");
      assertThatThrownBy(() -> batch.add(two, tokens, 0, 2, 1, 1))
          .hasMessageContaining("1 at most");
      batch.add(two, tokens, 0, 1, 0, 0);
      assertThat(batch.room()).isZero();
      batch.step();
      assertThat(one.length()).isEqualTo(3);
      assertThat(two.length()).isEqualTo(1);
      assertThatThrownBy(() -> two.chosen(0)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> two.begin(one, 4)).hasMessageContaining("4 tokens of a text that");
    }
  }
}
