package opml.llm.template;

/// A piece of a template's source.
///
/// @param text of a string what it stands for, of all else what is written
/// @param line from 1
record Lexeme(Kind kind, String text, int line) {
  enum Kind {
    DATA,
    PRINT_BEGIN,
    PRINT_END,
    BLOCK_BEGIN,
    BLOCK_END,
    NAME,
    STRING,
    WHOLE,
    REAL,
    OPERATOR,
    END
  }

  boolean is(Kind wanted, String wantedText) {
    return kind == wanted && text.equals(wantedText);
  }

  /// {@return what an error calls it}
  String shown() {
    return switch (kind) {
      case END -> "the end of the template";
      case PRINT_END -> "}}";
      case BLOCK_END -> "%}";
      case DATA, PRINT_BEGIN, BLOCK_BEGIN, NAME, STRING, WHOLE, REAL, OPERATOR ->
          "'%s'".formatted(text.length() > 40 ? text.substring(0, 40) + "…" : text);
    };
  }
}
