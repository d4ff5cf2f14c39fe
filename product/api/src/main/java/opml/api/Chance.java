package opml.api;

import java.util.List;

/// How probable the model held a token of an answer to be, when it was its turn, whatever was asked for to choose it.
///
/// @param at which character of the answer's text it begins with
/// @param token what was said
/// @param others the most probable tokens, by falling probability; as many as were asked for
record Chance(int at, Word token, List<Word> others) {
  /// A token.
  ///
  /// @param text of it alone; bytes that are no UTF-8 are U+FFFD
  /// @param logarithm of its probability, from -9999 to 0
  record Word(String text, byte[] bytes, float logarithm) {}

  Chance {
    others = List.copyOf(others);
  }
}
