package opml.lab.equality;

/// A piece of a source text, and what takes its place: a mistake that somebody could have made.
///
/// @param file whose text it is
/// @param text that occurs there exactly once
/// @param planted stands there instead
record Fault(String name, String file, String text, String planted) {
  /// {@return the source with the mistake}
  ///
  /// @throws IllegalStateException unless the text occurs once: the source has moved on, and the fault must follow
  String plant(String source) {
    int at = source.indexOf(text);
    if (at < 0 || source.indexOf(text, at + 1) >= 0) {
      throw new IllegalStateException(
          "the fault '%s' wants a text that occurs once in %s: %s".formatted(name, file, text));
    }
    return source.substring(0, at) + planted + source.substring(at + text.length());
  }

  @Override
  public String toString() {
    return file + ": " + name;
  }
}
