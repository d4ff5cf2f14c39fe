package opml.hub;

import java.util.Optional;

/// What the events about something tell.
///
/// @param seen as far as they fit; nothing if they tell of nothing
/// @param trouble the first thing that does not fit, in words that follow what they are about
record Told<S>(Optional<S> seen, Optional<String> trouble) {
  /// Collects what does not fit; the first is told.
  static final class Doubts {
    private Optional<String> first = Optional.empty();

    void add(String trouble) {
      if (first.isEmpty()) {
        first = Optional.of(trouble);
      }
    }

    Optional<String> first() {
      return first;
    }

    <S> Told<S> with(S seen) {
      return new Told<>(Optional.of(seen), first);
    }

    /// {@return that nothing can be told}
    ///
    /// @param trouble why
    <S> Told<S> nothing(String trouble) {
      add(trouble);
      return new Told<>(Optional.empty(), first);
    }
  }
}
