package opml.llm.forward;

import opml.engine.tensor.ElementType;

/// How much one node may do, so that it takes fewer than 2^32 instructions in the machine (`spec/graph.md`, Language
/// models): counted by products, whatever programs the kernels have, since the model's identity hangs on it.
enum Effort {
  /// What the graph has that checks answers.
  BOUNDED,

  /// As much as there is, for a graph of which no machine runs a node: to cut it would only cost time.
  ANY;

  /// Products with quantised weights.
  static final long MOST_QUANTISED = 1L << 27;

  /// Products of floats.
  static final long MOST_FLOAT = 3L << 23;

  /// Products of attention: of each, the program's bound has a conversion from the longest type of a cache besides.
  static final long MOST_ATTENDED = 3L << 21;

  /// Tokens of a vocabulary of which one is drawn.
  static final long MOST_DRAWN = 1L << 19;

  /// Bytes of tokens' texts that a grammar's automaton is led along, and tokens.
  static final long MOST_WALKED = 3L << 18;

  /// Bytes of tokens' texts in which breakers are looked for, and tokens.
  static final long MOST_BROKEN = 1L << 25;

  /// How many tokens of a text take as long as one of a vocabulary.
  private static final int PENALISED = 4;

  /// What an exponential, with its part of a softmax, is worth in products.
  private static final long EXPONENTIAL = 16;

  /// {@return how many of a weight's rows one node multiplies}
  ///
  /// @param rows of tokens
  /// @param inputs of a row
  int outputs(ElementType type, int rows, int inputs) {
    if (this == ANY) {
      return Integer.MAX_VALUE;
    }
    long most = type.blockElements() > 1 ? MOST_QUANTISED : MOST_FLOAT;
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, most / ((long) rows * inputs)));
  }

  /// {@return for how many rows one node draws}
  ///
  /// @param positions of the text, at most
  /// @param rows that there are
  int choices(int vocabulary, int positions, int rows) {
    if (this == ANY) {
      return rows;
    }
    return Math.clamp(MOST_DRAWN / (vocabulary + positions / PENALISED), 1, rows);
  }

  /// {@return of how many tokens one node says whether a grammar allows them}: a multiple of 32, or all that are left
  ///
  /// @param from the first of them
  int allowed(VocabularyTable table, int from, int vocabulary) {
    int end = from;
    while (end < vocabulary) {
      int next = Math.min(end + Integer.SIZE, vocabulary);
      long walked = table.end(next - 1) - table.end(from - 1) + (long) next - from;
      if (this == BOUNDED && end > from && walked > MOST_WALKED) {
        break;
      }
      end = next;
    }
    return end - from;
  }

  /// {@return for how many rows one node does so}
  ///
  /// @param walked bytes of a row and its tokens
  /// @param rows that there are
  int allowing(long walked, int rows) {
    return this == ANY ? rows : Math.clamp(MOST_WALKED / walked, 1, rows);
  }

  /// {@return of how many tokens of a text one node looks for breakers}
  ///
  /// @param positions that there are
  int breaking(VocabularyTable table, int positions) {
    if (this == ANY) {
      return positions;
    }
    return Math.clamp(MOST_BROKEN / (table.longest() + 1), 1, positions);
  }

  /// {@return how many pairs of a token and a head one node attends for}
  ///
  /// @param positions that each attends to, at most
  int attentions(int positions, int headWidth) {
    if (this == ANY) {
      return Integer.MAX_VALUE;
    }
    return (int)
        Math.max(
            1,
            Math.min(
                Integer.MAX_VALUE, MOST_ATTENDED / (positions * (2L * headWidth + EXPONENTIAL))));
  }
}
