package opml.llm.template;

/// What a rendering may still use. Each operation costs a step; each text that is made, its characters; nesting, of
/// whatever kind, its depth. Templates of real models take some thousand steps and twice the characters of a
/// conversation.
final class Spending {
  private static final int MOST_DEPTH = 400;

  /// Characters that are looked at in the time of a step.
  private static final int CHARACTERS_A_STEP = 16;

  private long steps;
  private long characters;
  private int depth;

  /// @param steps operations, at most
  /// @param characters of all texts that are made, at most
  Spending(long steps, long characters) {
    this.steps = steps;
    this.characters = characters;
  }

  void step() {
    steps(1);
  }

  void steps(long count) {
    steps -= count;
    if (steps < 0) {
      throw new TemplateException("the template works for too long");
    }
  }

  /// Pays for a text before it is made.
  ///
  /// @return the text's length
  int making(long length) {
    if (length > characters) {
      throw new TemplateException("the template makes too much text");
    }
    characters -= length;
    reading(length);
    return (int) length;
  }

  /// Pays for looking at characters.
  void reading(long length) {
    steps(1 + length / CHARACTERS_A_STEP);
  }

  void enter() {
    depth++;
    if (depth > MOST_DEPTH) {
      throw new TemplateException("the template nests too deep");
    }
  }

  void leave() {
    depth--;
  }
}
