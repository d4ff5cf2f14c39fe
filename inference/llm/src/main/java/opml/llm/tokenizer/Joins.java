package opml.llm.tokenizer;

/// Joins neighbours in a row of symbols until no two are left that may be joined: always the pair of the lowest rank,
/// and of pairs of one rank the leftmost.
///
/// That is how both kinds of byte pair encoding are defined, and looking for that pair anew each time is quadratic.
/// Here a heap has every pair under its rank and the place of its left symbol. A join changes two pairs; what the heap
/// still has of the old ones is recognised when it comes up, since it is not what the place says now. One that looks
/// right by chance, because the place has a new pair of the same rank, does no harm: that pair is due.
final class Joins {
  /// What a rule says of neighbours that are not joined.
  static final long NONE = -1;

  /// Says which neighbours are joined.
  interface Rule {
    /// {@return the rank in the upper half and the new symbol in the lower one, both at least 0, or [#NONE]}
    ///
    /// @param from where the left one begins in the text
    /// @param to where the right one ends
    long join(int from, int to, int left, int right);
  }

  /// Takes what is left, in order.
  interface Result {
    void accept(int symbol, int from, int to);
  }

  private final Rule rule;
  private final int count;
  private final int[] symbols;

  /// Where each begins, and behind the last where it ends.
  private final int[] starts;

  private final int[] next;
  private final int[] previous;

  /// What the rule says of each symbol and the next.
  private final long[] pending;

  private final LongHeap heap = new LongHeap();

  private Joins(int[] symbols, int[] starts, int count, Rule rule) {
    this.rule = rule;
    this.count = count;
    this.symbols = symbols;
    this.starts = starts;
    this.next = new int[count];
    this.previous = new int[count];
    this.pending = new long[count];
    for (int i = 0; i < count; i++) {
      next[i] = i + 1;
      previous[i] = i - 1;
    }
  }

  /// Joins a row.
  ///
  /// @param symbols of which `count` are used, and overwritten
  /// @param starts one more
  static void run(int[] symbols, int[] starts, int count, Rule rule, Result result) {
    Joins joins = new Joins(symbols, starts, count, rule);
    joins.join();
    for (int i = 0; i < count; i = joins.next[i]) {
      result.accept(symbols[i], starts[i], starts[joins.next[i]]);
    }
  }

  private void join() {
    for (int i = 0; i < count; i++) {
      offer(i);
    }
    while (!heap.isEmpty()) {
      long best = heap.removeLeast();
      int left = (int) best;
      if (pending[left] == NONE || pending[left] >>> 32 != best >>> 32) {
        continue;
      }
      int right = next[left];
      symbols[left] = (int) pending[left];
      pending[right] = NONE;
      next[left] = next[right];
      if (next[left] < count) {
        previous[next[left]] = left;
      }
      offer(left);
      if (previous[left] >= 0) {
        offer(previous[left]);
      }
    }
  }

  private void offer(int left) {
    int right = next[left];
    pending[left] =
        right == count
            ? NONE
            : rule.join(starts[left], starts[next[right]], symbols[left], symbols[right]);
    if (pending[left] != NONE) {
      heap.add(pending[left] >>> 32 << 32 | left);
    }
  }
}
