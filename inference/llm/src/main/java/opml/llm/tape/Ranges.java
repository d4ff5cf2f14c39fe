package opml.llm.tape;

/// What is said of a number that is out of its range.
final class Ranges {
  private Ranges() {}

  /// @throws IllegalArgumentException unless it holds, with the option's name, what was found and what was expected
  static void require(boolean good, String name, Number found, String expected) {
    if (!good) {
      throw new IllegalArgumentException(
          "%s: expected is a number, %s; found %s".formatted(name, expected, found));
    }
  }
}
