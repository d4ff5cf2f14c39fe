package opml.api;

/// A part of an answer, as clients are told it.
sealed interface Part {
  /// What is said.
  record Text(String text) implements Part {}

  /// A tool is called; its arguments follow.
  ///
  /// @param index which of the answer's calls, from 0
  record Call(int index, String name) implements Part {}

  /// More of the arguments of a call, which all together are JSON, unless the answer ended within.
  record Arguments(int index, String json) implements Part {}
}
