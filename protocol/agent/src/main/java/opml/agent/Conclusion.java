package opml.agent;

import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.game.work.Work;

/// What a run comes to, as far as claims are judged by it.
///
/// @param outputHash of what a claim says of the output
record Conclusion(Bytes32 finalState, Bytes32 outputHash) {
  static Conclusion of(Work.Result result) {
    return new Conclusion(result.finalState(), result.outputHash());
  }

  /// {@return the same, read again}
  ///
  /// @param said of the output, by [#said]
  static Conclusion of(Bytes32 finalState, byte[] said) {
    return new Conclusion(finalState, Keccak.hash(said));
  }

  /// {@return what a claim says of the output}
  static byte[] said(Work.Result result) {
    return result
        .outputRoot()
        .map(Bytes32::toArray)
        .orElseGet(() -> ShortBuffer.trim(result.output()));
  }
}
