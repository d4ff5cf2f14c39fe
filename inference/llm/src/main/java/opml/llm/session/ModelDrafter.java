package opml.llm.session;

import opml.llm.grammar.Grammar;
import opml.llm.tape.Sampling;

/// Guesses what a smaller model with the same vocabulary says (Leviathan et al., *Fast Inference from Transformers via
/// Speculative Decoding*, 2023). It chooses in the same way, with the same draws: chance, which depends on places in
/// the text, then mostly falls alike.
public final class ModelDrafter implements Drafter {
  private final Session session;
  private final int[] more;

  private ModelDrafter(Session session) {
    this.session = session;
    this.more = new int[session.context() + 1];
  }

  /// {@return one with a text of its own; to be closed}
  ///
  /// @param draft the smaller model
  /// @param engine the model for which it guesses
  /// @throws IllegalArgumentException if the vocabularies differ in size
  public static ModelDrafter of(TextEngine draft, TextEngine engine) {
    int own = draft.model().hyperparameters().vocabulary();
    int other = engine.model().hyperparameters().vocabulary();
    if (own != other) {
      throw new IllegalArgumentException(
          "it has a vocabulary of %,d tokens, and the model one of %,d".formatted(own, other));
    }
    return new ModelDrafter(draft.open());
  }

  @Override
  public void choose(Sampling sampling) {
    session.choose(sampling.withGrammar(Grammar.ANY));
  }

  @Override
  public int draft(BatchText text, int next, int[] into, int most) {
    int room = Math.min(most, session.context() - text.length() - 1);
    if (room < 1) {
      return 0;
    }
    int known = session.text().common(text);
    session.cut(known);
    int count = text.length() - known + 1;
    text.copyTo(more, known, text.length());
    more[count - 1] = next;
    int rows = session.rows();
    for (int from = 0; from < count; from += rows) {
      int some = Math.min(rows, count - from);
      session.pass(more, from, some, some - 1, from + some == count ? 1 : 0);
    }
    into[0] = session.chosen(0);
    for (int i = 1; i < room; i++) {
      into[i] = session.take(into[i - 1]);
    }
    return room;
  }

  @Override
  public void close() {
    session.close();
  }
}
