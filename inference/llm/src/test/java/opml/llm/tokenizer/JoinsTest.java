package opml.llm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The heap against the definition: look for the best pair anew each time.
class JoinsTest {
  private static final int SYMBOLS = 6;

  @Test
  void theHeapJoinsWhatTheDefinitionJoins() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      long[][] table = table(random);
      Joins.Rule rule = (_, _, left, right) -> table[left][right];
      int[] row = random.ints(random.nextInt(12), 0, SYMBOLS).toArray();
      assertThat(joined(row, rule)).as("seed %d, round %d", seed, round).isEqualTo(slow(row, rule));
    }
  }

  @Test
  void aRuleIsToldWherePairsLie() {
    List<String> asked = new ArrayList<>();
    int[] starts = {0, 2, 3, 7};
    Joins.run(
        new int[] {0, 1, 2},
        starts,
        3,
        (from, to, left, right) -> {
          asked.add("%d..%d %d %d".formatted(from, to, left, right));
          return left == 1 ? 5 : Joins.NONE;
        },
        (symbol, from, to) -> asked.add("%d at %d..%d".formatted(symbol, from, to)));
    assertThat(asked).containsExactly("0..3 0 1", "2..7 1 2", "0..7 0 5", "0 at 0..2", "5 at 2..7");
  }

  /// Ranks with ties, and joins that lead back to any symbol.
  private static long[][] table(Random random) {
    long[][] table = new long[SYMBOLS][SYMBOLS];
    for (long[] row : table) {
      for (int right = 0; right < SYMBOLS; right++) {
        boolean none = random.nextInt(3) == 0;
        row[right] = none ? Joins.NONE : (long) random.nextInt(8) << 32 | random.nextInt(SYMBOLS);
      }
    }
    return table;
  }

  private static List<Integer> joined(int[] row, Joins.Rule rule) {
    int[] starts = new int[row.length + 1];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = i;
    }
    List<Integer> result = new ArrayList<>();
    Joins.run(row.clone(), starts, row.length, rule, (symbol, _, _) -> result.add(symbol));
    return result;
  }

  private static List<Integer> slow(int[] row, Joins.Rule rule) {
    List<Integer> symbols = new ArrayList<>();
    for (int symbol : row) {
      symbols.add(symbol);
    }
    while (true) {
      int best = -1;
      long least = Long.MAX_VALUE;
      for (int i = 0; i + 1 < symbols.size(); i++) {
        long join = rule.join(0, 0, symbols.get(i), symbols.get(i + 1));
        if (join != Joins.NONE && join >>> 32 < least) {
          best = i;
          least = join >>> 32;
        }
      }
      if (best < 0) {
        return symbols;
      }
      long join = rule.join(0, 0, symbols.get(best), symbols.get(best + 1));
      symbols.set(best, (int) join);
      symbols.subList(best + 1, best + 2).clear();
    }
  }
}
