package opml.llm.tape;

import java.util.Random;
import opml.kernels.transformer.GrammarTable;
import opml.llm.grammar.Grammar;

/// Tables that nobody made of a grammar: of any integers, or of entries of chance.
public final class RandomGrammar {
  private RandomGrammar() {}

  public static Grammar of(Random random) {
    int words = 1 + random.nextInt(40);
    int sane = random.nextInt(4);
    return new Grammar(
        random
            .ints(words)
            .map(any -> random.nextInt(4) < sane ? entry(random, words) : any)
            .toArray());
  }

  private static int entry(Random random, int words) {
    int low = random.nextInt(200);
    return switch (random.nextInt(6)) {
      case 0 -> GrammarTable.END;
      case 1 -> random.nextInt(words);
      default ->
          (random.nextBoolean() ? GrammarTable.LAST : 0)
              | (random.nextInt(3) == 0 ? GrammarTable.CALL : 0)
              | random.nextInt(words) << GrammarTable.TARGET
              | low + random.nextInt(56) << 8
              | low;
    };
  }

  /// {@return one that keeps a return for each byte, which tells which it was, until it has too many}
  public static Grammar keepingAll() {
    int ways = 64;
    int[] table = new int[3 * ways + 2];
    for (int i = 0; i < ways; i++) {
      int low = 4 * i;
      table[2 * i] = GrammarTable.CALL | 2 * ways << GrammarTable.TARGET | (low + 3) << 8 | low;
      table[2 * i + 1] = 2 * ways + 2 + i;
      table[2 * ways + 2 + i] = GrammarTable.LAST | (low + 3) << 8 | low;
    }
    table[2 * ways] = 0xe0 << 8;
    table[2 * ways + 1] = GrammarTable.END;
    return new Grammar(table);
  }
}
