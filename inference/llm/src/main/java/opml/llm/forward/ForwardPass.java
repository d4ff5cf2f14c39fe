package opml.llm.forward;

import opml.llm.model.Architecture;

/// How an architecture makes of the rows of a tile what comes behind one of its layers.
interface ForwardPass {
  /// Adds the nodes of one layer.
  ///
  /// @param t whose layer has been entered
  void layer(TileNodes t);

  static ForwardPass of(Architecture architecture) {
    return switch (architecture) {
      case LLAMA, QWEN2 -> new LlamaPass();
      case QWEN3 -> new Qwen3Pass();
    };
  }
}
