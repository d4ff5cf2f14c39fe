package opml.lab.bench.api;

import java.util.Random;

/// Prompts of chance, of the last tokens of a vocabulary, which are words.
record PromptWords(Random random) {
  private static final int WORDS = 1_000;

  int[] of(int count, int vocabulary) {
    return random.ints(count, vocabulary - WORDS, vocabulary).toArray();
  }
}
