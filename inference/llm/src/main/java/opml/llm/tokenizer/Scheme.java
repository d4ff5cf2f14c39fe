package opml.llm.tokenizer;

import java.util.stream.IntStream;

/// How a model's tokens are found in a text that has none that stand for themselves.
sealed interface Scheme permits SentencePiece, ByteBpe, WordPiece {
  /// Appends the tokens of a text.
  ///
  /// @param isFirst whether the text is at the beginning, or behind a token that stands for itself
  void encode(String text, boolean isFirst, IntStream.Builder ids);

  /// {@return the bytes of a token that is part of a text}
  byte[] bytes(int id);

  /// {@return whether a text that [#encode] is told is first begins with a space that it did not have}
  boolean addsSpace();
}
