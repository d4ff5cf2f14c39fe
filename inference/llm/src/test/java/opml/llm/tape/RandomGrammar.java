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
}
