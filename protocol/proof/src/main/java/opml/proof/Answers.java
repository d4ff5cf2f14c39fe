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
}
