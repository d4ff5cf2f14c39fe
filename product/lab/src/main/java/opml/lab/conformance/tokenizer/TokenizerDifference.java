package opml.lab.conformance.tokenizer;

import java.util.List;

/// A text to which a tokenizer gives other ids than it should.
///
/// @param number of the text, from 1
public record TokenizerDifference(
    int number, String text, List<Integer> got, List<Integer> expected) {
  public TokenizerDifference {
    got = List.copyOf(got);
    expected = List.copyOf(expected);
  }
}
