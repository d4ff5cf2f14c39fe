package opml.game.toy;

import opml.core.hash.Bytes32;

/// What a dishonest side may assert in the place of a state.
public enum ToyLie {
  /// The true state: liars tell the truth where it helps them.
  TRUTH,
  /// A well-formed state with another value.
  WRONG,
  /// A hash without a preimage.
  GARBAGE,
  /// Another state that means the same one level up.
  TWIN,
  /// The right value, but as if the program still ran, or ran no more.
  FLIPPED,
  /// The state at the start of the trace.
  STALE,
  /// Thirty-two zero bytes.
  ZERO;

  /// {@return this lie about the state `index` of a true trace}
  public Bytes32 about(Toy toy, ToyTrace trace, long index) {
    Bytes32 truth = trace.at(index);
    return switch (this) {
      case TRUTH -> truth;
      case WRONG -> toy.wrong(trace.level(), truth);
      case GARBAGE -> new Bytes32(0xbad, trace.level(), index, -1);
      case TWIN -> toy.twin(trace.level(), truth);
      case FLIPPED -> toy.flipped(trace.level(), truth);
      case STALE -> trace.at(0);
      case ZERO -> Bytes32.ZERO;
    };
  }
}
