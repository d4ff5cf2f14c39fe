package opml.session;

import opml.formats.onnx.Bindings;

/// How a model is opened.
///
/// @param bindings what the file leaves open: a part of the model, and so of its id
/// @param threads that compute a run's nodes, at least 1; 0 shares the team of all sessions, of as many threads as
///     there are cores. It changes no bit
public record OnnxSessionOptions(Bindings bindings, int threads) {
  /// Nothing is bound, all cores.
  public static final OnnxSessionOptions DEFAULT = new OnnxSessionOptions(Bindings.NONE, 0);

  public OnnxSessionOptions {
    if (threads < 0) {
      throw new IllegalArgumentException("%d threads; expected are 0 or more".formatted(threads));
    }
  }

  /// {@return the same options with other bindings}
  public OnnxSessionOptions with(Bindings other) {
    return new OnnxSessionOptions(other, threads);
  }

  /// {@return the same options with another number of threads}
  public OnnxSessionOptions withThreads(int number) {
    return new OnnxSessionOptions(bindings, number);
  }
}
