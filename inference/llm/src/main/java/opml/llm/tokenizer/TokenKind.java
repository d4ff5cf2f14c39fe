package opml.llm.tokenizer;

import java.util.Optional;

/// What a token is for, as a file says; in the order of the codes, which begin with 1.
enum TokenKind {
  NORMAL,
  /// Stands for what has no token.
  UNKNOWN,
  /// Of the model's protocol; a text has it only where the caller says so, and a reader never sees it.
  CONTROL,
  /// Stands for itself, wherever a text has it.
  USER_DEFINED,
  UNUSED,
  /// A byte of a character that has no token.
  BYTE;

  private static final TokenKind[] KINDS = values();

  static Optional<TokenKind> of(int code) {
    return code >= 1 && code <= KINDS.length ? Optional.of(KINDS[code - 1]) : Optional.empty();
  }

  /// {@return whether a text is cut at it}
  boolean isWhole() {
    return this == UNKNOWN || this == CONTROL || this == USER_DEFINED;
  }

  /// {@return whether it is not part of a text}
  boolean isHidden() {
    return this == UNKNOWN || this == CONTROL;
  }
}
