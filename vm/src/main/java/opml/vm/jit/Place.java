package opml.vm.jit;

import org.jspecify.annotations.Nullable;

/// A word of the program, and the calls that lead to it inside a region. The same word called from two places is two
/// places, so that each returns to where it was called from.
///
/// @param word index of the word, possibly outside of the program
/// @param call the innermost call that is open there
record Place(int word, @Nullable Call call) {
  /// A call that a region has followed.
  ///
  /// @param outer the call around it
  /// @param link the register that the return address was put into
  /// @param back index of the word to return to
  record Call(@Nullable Call outer, int link, int back) {
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
