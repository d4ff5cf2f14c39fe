package opml.lab.bench.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import opml.engine.graph.Graph;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.OnnxImporter;
import org.junit.jupiter.api.Test;

/// An encoder of sentences reads what its mask shows, and all of that.
class WrittenEncoderTest {
  private static final int TOKENS = 8;

  private final long seed = System.nanoTime();
  private final Graph graph =
      OnnxImporter.of("encoder", WrittenEncoder.model(seed), WrittenEncoder.bindings(TOKENS));

  @Test
  void everyTokenThatTheMaskShowsCountsAndNoOther() {
    Map<String, Tensor> text = WrittenEncoder.text(new SplittableRandom(seed), TOKENS);
    float[] embedding = embedding(text);
    assertThat(embedding).as("seed %d", seed).hasSizeGreaterThan(16);
    for (float value : embedding) {
      assertThat(value).as("seed %d", seed).isFinite();
    }
    long[] mask = text.get("attention_mask").integers();
    for (int i = 0; i < TOKENS; i++) {
      long[] ids = text.get("input_ids").integers();
      ids[i] = ids[i] == 0 ? 1 : 0;
      Map<String, Tensor> other = new LinkedHashMap<>(text);
      other.put("input_ids", Tensor.ofLongs(Shape.of(1, TOKENS), ids));
      boolean isSame = Arrays.equals(embedding(other), embedding);
      assertThat(isSame).as("seed %d, token %d", seed, i).isEqualTo(mask[i] == 0);
    }
  }

  private float[] embedding(Map<String, Tensor> text) {
    GraphRunner runner =
        GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable());
    return switch (runner.run(graph.input().pack(text))) {
      case GraphRunner.Result.Finished(Tensor output) ->
          graph.output().unpack(output.data()).get("sentence_embedding").floats();
      case GraphRunner.Result.Failed(int node) -> throw new AssertionError(node + " failed");
    };
  }
}
