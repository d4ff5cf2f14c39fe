package opml.llm.model;

import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.StoredBytes;
import opml.engine.tensor.Tensor;

/// Models as large as those that people use, of which only the numbers are there.
public final class LargeModels {
  private static final int VOCABULARY = 128_256;

  private LargeModels() {}

  /// {@return one layer of LLaMA's architecture}
  ///
  /// @param matrices type of all matrices
  public static LanguageModel of(
      ElementType matrices, int width, int feedForward, int heads, int kvHeads) {
    int headWidth = width / heads;
    int keys = kvHeads * headWidth;
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    put(tensors, matrices, Weights.EMBEDDING, VOCABULARY, width);
    put(tensors, matrices, Weights.OUTPUT, VOCABULARY, width);
    put(tensors, ElementType.F32, Weights.LAST_NORM, width);
    put(tensors, ElementType.F32, Weights.name(0, "attn_norm.weight"), width);
    put(tensors, ElementType.F32, Weights.name(0, "ffn_norm.weight"), width);
    put(tensors, matrices, Weights.name(0, "attn_q.weight"), width, width);
    put(tensors, matrices, Weights.name(0, "attn_k.weight"), keys, width);
    put(tensors, matrices, Weights.name(0, "attn_v.weight"), keys, width);
    put(tensors, matrices, Weights.name(0, "attn_output.weight"), width, width);
    put(tensors, matrices, Weights.name(0, "ffn_gate.weight"), feedForward, width);
    put(tensors, matrices, Weights.name(0, "ffn_up.weight"), feedForward, width);
    put(tensors, matrices, Weights.name(0, "ffn_down.weight"), width, feedForward);
    Rope rope = new Rope(headWidth, 10_000, Rope.Style.NORMAL, new Rope.Scaling.None());
    Hyperparameters numbers =
        new Hyperparameters(
            Architecture.LLAMA,
            width,
            1,
            heads,
            kvHeads,
            headWidth,
            feedForward,
            4096,
            VOCABULARY,
            1e-5f,
            rope,
            0);
    return new LanguageModel(
        "large", numbers, new Weights(tensors), Optional.empty(), Optional.empty());
  }

  private static void put(Map<String, Tensor> tensors, ElementType type, String name, int... dims) {
    Shape shape = Shape.of(dims);
    tensors.put(name, Tensor.stored(type, shape, new Nowhere(name, Tensor.byteSize(type, shape))));
  }

  /// Bytes that nobody may need.
  private record Nowhere(String name, long byteSize) implements StoredBytes {
    @Override
    public void read(long from, MemorySegment target) {
      throw new AssertionError("read " + name);
    }
  }
}
