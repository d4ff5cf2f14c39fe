package opml.llm.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.kernels.layout.Tile;
import opml.kernels.transformer.GrammarTable;
import opml.kernels.transformer.SamplingHeader;
import opml.kernels.transformer.Tape;
import opml.kernels.transformer.TokenGrammar;
import opml.llm.forward.VocabularyTable;
import opml.llm.grammar.Grammar;
import opml.llm.tape.RandomGrammar;
import org.junit.jupiter.api.Test;

/// The masks of sessions against the kernels that graphs have.
class GrammarMasksTest {
  private static final int TOKENS = 24;

  private static final List<String> GRAMMARS =
      List.of(
          "root ::= [a-z]{3,19}",
          "root ::= \"[\" (root (\",\" root)*)? \"]\" | [0-9]",
          "root ::= .{2,30} \"é\"",
          "root ::= \"{\" [^}]* \"}\"",
          "root ::= (\"a\" root \"b\" | \"b\" root \"a\" | \"c\") \"!\"?",
          "root ::= \"\"");

  private static final List<String> SCHEMAS =
      List.of(
          "{\"type\": \"object\"}",
          "{\"type\": \"string\", \"maxLength\": 40}",
          "{\"enum\": [\"a\", \"ab\", \"b\", [1, {\"a\": null}], 12, 120]}");

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);

  /// `-Dopml.masks=100000` for more.
  @Test
  void whatMayFollowIsWhatTheKernelsSay() {
    int trials = Integer.getInteger("opml.masks", 150);
    int allowed = 0;
    for (int trial = 0; trial < trials; trial++) {
      VocabularyTable vocabulary = vocabulary();
      Grammar grammar = grammar();
      GrammarPlaces.Room room =
          random.nextBoolean() ? GrammarPlaces.Room.USUAL : new GrammarPlaces.Room(0, 0, 64);
      GrammarMasks masks = new GrammarMasks(new KnownGrammars(new TokenTexts(vocabulary), room));
      int[] text = new int[TOKENS];
      for (int again = 0; again < 2; again++) {
        masks.begin(grammar);
        for (int i = 0; i < TOKENS; i++) {
          int[] bits = bits(masks, vocabulary);
          assertThat(bits)
              .as("trial %d, behind %d of %s, seed %d", trial, i, Arrays.toString(text), seed)
              .isEqualTo(expected(grammar, vocabulary, Arrays.copyOf(text, i)));
          int[] ways =
              IntStream.range(0, 32 * bits.length)
                  .filter(token -> (bits[token / 32] >> token & 1) != 0)
                  .toArray();
          allowed += ways.length;
          text[i] =
              ways.length > 0 && random.nextInt(30) > 0
                  ? ways[random.nextInt(ways.length)]
                  : random.nextInt(vocabulary.stops().shape().count());
          masks.take(text[i]);
        }
      }
    }
    assertThat(allowed).as("seed %d", seed).isGreaterThan(trials);
  }

  @Test
  void textsOfManyGrammarsDoNotMixThemUp() {
    VocabularyTable vocabulary = vocabulary();
    KnownGrammars known = new KnownGrammars(new TokenTexts(vocabulary), GrammarPlaces.Room.USUAL);
    for (int trial = 0; trial < 40; trial++) {
      Grammar grammar = Grammar.ofGbnf(GRAMMARS.get(random.nextInt(GRAMMARS.size())));
      GrammarMasks masks = new GrammarMasks(known);
      masks.begin(grammar);
      int token = random.nextInt(vocabulary.stops().shape().count());
      masks.take(token);
      assertThat(bits(masks, vocabulary))
          .as("seed %d", seed)
          .isEqualTo(expected(grammar, vocabulary, token));
    }
  }

  private Grammar grammar() {
    return switch (random.nextInt(5)) {
      case 0 -> Grammar.ofGbnf(GRAMMARS.get(random.nextInt(GRAMMARS.size())));
      case 1 -> Grammar.ofJsonSchema(SCHEMAS.get(random.nextInt(SCHEMAS.size())));
      case 2 -> RandomGrammar.keepingAll();
      default -> RandomGrammar.of(random);
    };
  }

  /// {@return tokens of which many begin alike, some are equal or empty, and some end answers}
  private VocabularyTable vocabulary() {
    int count = 1 + random.nextInt(100);
    int letters = 1 + random.nextInt(12);
    byte[] alphabet = new byte[letters];
    byte[] known = "[]{},\"\\:0a1b2".getBytes(UTF_8);
    for (int i = 0; i < letters; i++) {
      alphabet[i] =
          random.nextInt(3) == 0 ? (byte) random.nextInt(256) : known[random.nextInt(known.length)];
    }
    ByteArrayOutputStream pieces = new ByteArrayOutputStream();
    int[] ends = new int[count];
    byte[] stops = new byte[count];
    for (int i = 0; i < count; i++) {
      int length = random.nextInt(random.nextInt(8) == 0 ? 12 : 4);
      for (int j = 0; j < length; j++) {
        pieces.write(alphabet[random.nextInt(letters)]);
      }
      ends[i] = pieces.size();
      stops[i] = (byte) (random.nextInt(20) == 0 ? 1 : 0);
    }
    if (pieces.size() == 0) {
      pieces.write(0);
    }
    return new VocabularyTable(
        Tensor.ofBytes(ElementType.U8, Shape.of(pieces.size()), pieces.toByteArray()),
        Tensor.ofInts(Shape.of(count), ends),
        Tensor.ofBytes(ElementType.U8, Shape.of(count), stops),
        12);
  }

  private static int[] bits(GrammarMasks masks, VocabularyTable vocabulary) {
    int[] bits = new int[(vocabulary.stops().shape().count() + 31) / 32];
    masks.write(MemorySegment.ofArray(bits), 0);
    return bits;
  }

  /// {@return what the kernels say behind some tokens}
  private static int[] expected(Grammar grammar, VocabularyTable vocabulary, int... text) {
    int count = vocabulary.stops().shape().count();
    int[] control = {text.length + 1, text.length + 1, 0, -1};
    ByteBuffer request =
        ByteBuffer.allocate(Tape.HEADER + 4 * grammar.words()).order(ByteOrder.LITTLE_ENDIAN);
    request.putInt(SamplingHeader.GRAMMAR, grammar.words());
    grammar.write(request, Tape.HEADER);
    MemorySegment places =
        MemorySegment.ofArray(new int[GrammarTable.BYTES / 4 * (text.length + 2)]);
    int[] tokens = Arrays.copyOf(text, text.length + 1);
    Tile all = new Tile(MemorySegment.ofArray(control), Tile.CHOICES, 0, text.length + 1);
    MemorySegment asked = aligned(request.array());
    MemorySegment pieces = aligned(vocabulary.pieces().bytes());
    MemorySegment ends = aligned(vocabulary.ends().bytes());
    TokenGrammar.grammarWalk(
        all,
        asked,
        MemorySegment.ofArray(tokens),
        pieces,
        ends,
        places,
        count,
        vocabulary.longest());
    int[] bits = new int[(count + 31) / 32];
    control[Tile.CHOICES] = 1;
    TokenGrammar.grammarAllow(
        new Tile(MemorySegment.ofArray(control), Tile.CHOICES, 0, 1),
        asked,
        places.asSlice((long) GrammarTable.BYTES * text.length),
        pieces,
        ends,
        aligned(vocabulary.stops().bytes()),
        MemorySegment.ofArray(bits),
        MemorySegment.ofArray(new int[GrammarTable.BYTES / 4]),
        0,
        0,
        count,
        (int) vocabulary.ends().integer(count - 1),
        count);
    return bits;
  }

  private static MemorySegment aligned(byte... bytes) {
    return Arena.ofAuto().allocate(bytes.length, 8).copyFrom(MemorySegment.ofArray(bytes));
  }
}
