package opml.vm.jit;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A word of the program, and the calls that lead to it inside a region. The same word called from two places is two
/// places, so that each returns to where it was called from.
///
/// @param word index of the word, possibly outside of the program
/// @param call the innermost call that is open there
record Place(int word, @Nullable Call call) {
  // Written out: what the JVM makes for a record takes milliseconds when it is asked for first.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Place place && word == place.word && Objects.equals(call, place.call);
  }

  @Override
  public int hashCode() {
    return 31 * word + (call == null ? 0 : call.hashCode());
  }

  /// A call that a region has followed.
  ///
  /// @param outer the call around it
  /// @param link the register that the return address was put into
  /// @param back index of the word to return to
  record Call(@Nullable Call outer, int link, int back) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Call call
          && link == call.link
          && back == call.back
          && Objects.equals(outer, call.outer);
    }

    @Override
    public int hashCode() {
      return 31 * (31 * back + link) + (outer == null ? 0 : outer.hashCode());
    }

    /// {@return how many calls are open}
    static int depth(@Nullable Call call) {
      return call == null ? 0 : 1 + depth(call.outer);
    }
  }

  /// {@return another word under the same calls}
  Place at(int other) {
    return new Place(other, call);
  }
}
