package opml.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import opml.engine.graph.Graph;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.LargeModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LargeModelTest {
  @TempDir private Path folder;

  @Test
  void weightsBesideAModelRunAsIfTheyWereInMemory() throws Exception {
    Path file = LargeModel.write(folder, 3, 64);
    assertThat(folder.resolve("model.bin")).hasSize(3 * 4 * 64 * 64);
    Graph graph = ModelLoader.graph(file);
    Tensor input = Tensor.ofFloats(graph.input().parts().getFirst().shape(), row(64));
    GraphRunner runner =
        GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable());
    GraphRunner.Result result = runner.run(input.data());
    double[] expected = expected(graph, row(64));
    if (result instanceof GraphRunner.Result.Finished finished) {
      for (int i = 0; i < 64; i++) {
        assertThat((double) finished.output().f32(i)).isCloseTo(expected[i], within(1e-4));
      }
    } else {
      assertThat(result).isInstanceOf(GraphRunner.Result.Finished.class);
    }
  }

  private static float[] row(int side) {
    float[] row = new float[side];
    for (int i = 0; i < side; i++) {
      row[i] = i % 7 - 3;
    }
    return row;
  }

  private static double[] expected(Graph graph, float[] input) {
    double[] row = new double[input.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = input[i];
    }
    List<Tensor> weights = graph.slots().stream().flatMap(s -> s.initial().stream()).toList();
    for (Tensor weight : weights) {
      if (weight.shape().rank() != 2) {
        continue;
      }
      double[] next = new double[row.length];
      for (int k = 0; k < row.length; k++) {
        for (int j = 0; j < row.length; j++) {
          next[j] += row[k] * weight.f32(k * row.length + j);
        }
      }
      row = next;
    }
    return row;
  }
}
