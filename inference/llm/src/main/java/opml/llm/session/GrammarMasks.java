package opml.llm.session;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import opml.kernels.memory.Mem;
import opml.kernels.transformer.GrammarTable;
import opml.llm.forward.VocabularyTable;
import opml.llm.grammar.Grammar;

/// Which tokens may follow in a text of a grammar, as [opml.kernels.transformer.TokenGrammar] says. For one thread.
public final class GrammarMasks {
  private final KnownGrammars known;
  private final TokenTexts texts;
  private final int[] returns = new int[GrammarTable.DEPTH];
  private final MemorySegment returnBytes = MemorySegment.ofArray(returns);
  private Grammar grammar = Grammar.ANY;
  private GrammarPlaces places;
  private GrammarTable table = new GrammarTable(returnBytes, 0, 0);
  private int place;

  GrammarMasks(KnownGrammars known) {
    this.known = known;
    this.texts = known.texts();
    this.places = new GrammarPlaces(texts, grammar, GrammarPlaces.Room.USUAL);
  }

  /// {@return what knows of no place yet}
  public static GrammarMasks of(VocabularyTable vocabulary) {
    return new GrammarMasks(new KnownGrammars(new TokenTexts(vocabulary)));
  }

  /// Begins a text of a grammar.
  public void begin(Grammar next) {
    if (!next.equals(grammar)) {
      grammar = next;
      places = known.places(next);
      ByteBuffer entries =
          ByteBuffer.allocateDirect(Math.max(8, Integer.BYTES * next.words()))
              .order(ByteOrder.LITTLE_ENDIAN);
      next.write(entries, 0);
      table = new GrammarTable(MemorySegment.ofBuffer(entries), 0, next.words());
    }
    place = GrammarTable.BEGIN;
  }

  /// Goes on with a token's text.
  public void take(int token) {
    int end = texts.end(token);
    int from = texts.from(token);
    place = from < end ? place : GrammarTable.NOWHERE;
    for (int i = from; i < end && place >= 0; i++) {
      place = table.next(returnBytes, 0, place, texts.at(i));
    }
  }

  /// Writes which tokens may follow, a bit each, in whole words.
  public void write(MemorySegment to, long offset) {
    int[] mask = places.mask(place, returns);
    for (int i = 0; i < mask.length; i++) {
      Mem.putI32(to, offset + 4L * i, mask[i]);
    }
  }
}
