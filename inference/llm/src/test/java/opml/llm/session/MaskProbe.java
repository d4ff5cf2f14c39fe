package opml.llm.session;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.llm.forward.VocabularyTable;
import opml.llm.grammar.Grammar;
import opml.llm.grammar.SchemaValues;
import opml.llm.model.LanguageModels;
import opml.llm.tape.RandomGrammar;

/// What masks cost, printed: `MaskProbe FILE SCHEMAS SEED [VOCABULARY]`, with the vocabulary of a model's file, made up
/// to so many tokens of pairs of its own.
final class MaskProbe {
  private static final int TOKENS = 60;

  private final TokenTexts texts;
  private final Random random;
  private final int[] bits;
  private final MemorySegment memory;

  private MaskProbe(VocabularyTable vocabulary, long seed) {
    this.random = new Random(seed);
    long start = System.nanoTime();
    this.texts = new TokenTexts(vocabulary);
    this.bits = new int[(texts.count() + 31) / 32];
    this.memory = MemorySegment.ofArray(bits);
    System.out.printf(
        "%,d tokens, %,d nodes, made in %.1f ms%n",
        texts.count(), texts.nodes(), (System.nanoTime() - start) / 1e6);
  }

  public static void main(String[] arguments) throws IOException {
    VocabularyTable vocabulary = VocabularyTable.of(LanguageModels.open(Path.of(arguments[0])));
    int schemas = Integer.parseInt(arguments[1]);
    long seed = Long.parseLong(arguments[2]);
    if (arguments.length > 3) {
      vocabulary = larger(vocabulary, Integer.parseInt(arguments[3]), seed);
    }
    MaskProbe probe = new MaskProbe(vocabulary, seed);
    for (int round = 0; round < 3; round++) {
      List<Grammar> grammars = new ArrayList<>();
      for (int i = 0; i < schemas; i++) {
        grammars.add(Grammar.ofJsonSchema(new SchemaValues(probe.random).whole()));
      }
      probe.measure("random schemas", grammars);
      probe.measure("maxLength 400", schema("{'type':'string','maxLength':400}"));
      probe.measure("pattern", schema("{'type':'string','pattern':'^[a-z]{5,90}(-[0-9]{2,9})*$'}"));
      probe.measure("enum of 1000", schema("{'enum':[%s]}".formatted(probe.names(1000))));
      probe.measure("any object", List.of(Grammar.ofJsonObjects()));
      probe.measure(
          "nested", List.of(Grammar.ofGbnf("root ::= \"[\" (root (\",\" root)*)? \"]\"")));
      List<Grammar> tables = new ArrayList<>();
      for (int i = 0; i < schemas; i++) {
        tables.add(RandomGrammar.of(probe.random));
      }
      probe.measure("random tables", tables);
      probe.measure("a return for each byte", List.of(RandomGrammar.keepingAll()));
      probe.measure("long detours", List.of(detours()));
    }
  }

  private static List<Grammar> schema(String text) {
    return List.of(Grammar.ofJsonSchema(text.replace('\'', '"')));
  }

  private static Grammar detours() {
    int[] table = new int[128];
    Arrays.fill(table, 1);
    table[127] = 255 << 8;
    return new Grammar(table);
  }

  private String names(int count) {
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < count; i++) {
      names.append(i == 0 ? "'" : ",'");
      random.ints(3 + random.nextInt(12), 'a', 'z' + 1).forEach(names::appendCodePoint);
      names.append("'");
    }
    return names.toString();
  }

  private void measure(String what, List<Grammar> grammars) {
    long nanos = 0;
    long worst = 0;
    int tokens = 0;
    long allowed = 0;
    for (Grammar grammar : grammars) {
      GrammarMasks masks = new GrammarMasks(new KnownGrammars(texts));
      for (int text = 0; text < 3; text++) {
        masks.begin(grammar);
        for (int i = 0; i < TOKENS; i++) {
          long start = System.nanoTime();
          masks.write(memory, 0);
          long took = System.nanoTime() - start;
          int token = next();
          if (token < 0) {
            break;
          }
          start = System.nanoTime();
          masks.take(token);
          took += System.nanoTime() - start;
          worst = Math.max(worst, took);
          nanos += took;
          tokens++;
          allowed += Arrays.stream(bits).map(Integer::bitCount).sum();
        }
      }
    }
    System.out.printf(
        "%-24s %6d tokens, %8.1f allowed, %8.3f ms each, %8.3f at most%n",
        what,
        tokens,
        (double) allowed / Math.max(1, tokens),
        nanos / 1e6 / Math.max(1, tokens),
        worst / 1e6);
  }

  /// {@return one of the tokens that may follow, which does not end the answer; -1 if there is none}
  private int next() {
    int[] ways =
        IntStream.range(0, texts.count())
            .filter(token -> (bits[token / 32] >> token & 1) != 0)
            .filter(token -> texts.from(token) < texts.end(token))
            .toArray();
    return ways.length == 0 ? -1 : ways[random.nextInt(ways.length)];
  }

  /// {@return a vocabulary with the texts of pairs of its tokens, too}
  private static VocabularyTable larger(VocabularyTable of, int count, long seed) {
    Random random = new Random(seed);
    byte[] pieces = of.pieces().bytes();
    int known = of.stops().shape().count();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(pieces);
    int[] ends = new int[count];
    byte[] stops = Arrays.copyOf(of.stops().bytes(), count);
    int longest = of.longest();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < count; i++) {
      if (i < known) {
        ends[i] = (int) of.ends().integer(i);
        continue;
      }
      byte[] made;
      do {
        made = pair(of, pieces, random.nextInt(known), random.nextInt(known));
      } while (made.length > 12 || !seen.add(Arrays.toString(made)));
      all.writeBytes(made);
      ends[i] = all.size();
      longest = Math.max(longest, made.length);
    }
    return new VocabularyTable(
        Tensor.ofBytes(ElementType.U8, Shape.of(all.size()), all.toByteArray()),
        Tensor.ofInts(Shape.of(count), ends),
        Tensor.ofBytes(ElementType.U8, Shape.of(count), stops),
        longest);
  }

  private static byte[] pair(VocabularyTable of, byte[] pieces, int a, int b) {
    ByteArrayOutputStream made = new ByteArrayOutputStream();
    for (int token : new int[] {a, b}) {
      int from = token == 0 ? 0 : (int) of.ends().integer(token - 1);
      made.write(pieces, from, (int) of.ends().integer(token) - from);
    }
    return made.toByteArray();
  }
}
