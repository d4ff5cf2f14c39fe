package opml.proof;

import opml.game.work.Workshop.Progress;

/// Finds the outputs of a model that does not compute them, but checks one that is given (`spec/protocol.md` §1.8): the
/// way to them is no part of what the chain knows of the model.
@FunctionalInterface
public interface Answers {
  /// {@return exactly the bytes of the one output that passes for an input}
  ///
  /// @param input exactly the model's input bytes, whoever has made them up
  byte[] to(byte[] input, Progress progress);

  /// {@return whether the runs that pass take all steps of the model and leave nothing in its slots but the input and
  /// the output} Then a claim's last state follows from the output, and a run is made only for a dispute.
  default boolean leaveNothing() {
    return false;
  }

  /// {@return the same answers, of a model whose passing runs leave nothing but the input and the output}
  static Answers leavingNothing(Answers finder) {
    return new Answers() {
      @Override
      public byte[] to(byte[] input, Progress progress) {
        return finder.to(input, progress);
      }

      @Override
      public boolean leaveNothing() {
        return true;
      }
    };
  }
}
