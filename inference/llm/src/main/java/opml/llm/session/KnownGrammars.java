package opml.llm.session;

import java.util.LinkedHashMap;
import java.util.Map;
import opml.llm.grammar.Grammar;

/// What the texts of a batch have found out about their grammars: many texts of one grammar come to the same places,
/// and so do those that are asked for one after the other. For one thread.
final class KnownGrammars {
  private static final int MOST = 4;

  private final TokenTexts texts;
  private final GrammarPlaces.Room room;

  /// The one that was asked for last is the last.
  private final Map<Grammar, GrammarPlaces> known = new LinkedHashMap<>(2 * MOST, 0.75f, true);

  KnownGrammars(TokenTexts texts) {
    this(texts, GrammarPlaces.Room.USUAL);
  }

  /// @param room that each grammar has
  KnownGrammars(TokenTexts texts, GrammarPlaces.Room room) {
    this.texts = texts;
    this.room = room;
  }

  TokenTexts texts() {
    return texts;
  }

  /// {@return the places of a grammar}
  GrammarPlaces places(Grammar grammar) {
    GrammarPlaces places =
        known.computeIfAbsent(grammar, made -> new GrammarPlaces(texts, made, room));
    if (known.size() > MOST) {
      known.remove(known.keySet().iterator().next());
    }
    return places;
  }
}
