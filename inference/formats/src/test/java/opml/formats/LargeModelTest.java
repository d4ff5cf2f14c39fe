package opml.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.graph.Slot;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.formats.onnx.file.LargeModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  /// Opt-in: it reads 1.2 GB, holes mostly, and hashes them.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @EnabledIfSystemProperty(named = "opml.large", matches = "true")
  void aWeightThatIsLargerThanASlotRunsAndIsCommittedTo(boolean areRows) throws Exception {
    int outputs = 6_000;
    int k = 24_000;
    Path file = LargeModel.writeHollowProduct(folder, k, outputs, areRows);
    Path weights = folder.resolve("model.bin");
    assertThat(weights).hasSize(4L * outputs * k);
    // the first and last element of pieces, and one amidst them
    int[] lines = {0, 17, 5_583, 5_584, 5_999};
    try (FileChannel out = FileChannel.open(weights, StandardOpenOption.WRITE)) {
      for (int i = 0; i < lines.length; i++) {
        int at = i % 2 == 0 ? k - 1 : i;
        long place = areRows ? (long) lines[i] * k + at : (long) at * outputs + lines[i];
        ByteBuffer value = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        out.write(value.putFloat(i + 1).flip(), 4 * place);
      }
    }
    Model model = ModelLoader.load(file);
    assertThat(model.graph().slots().stream().filter(slot -> slot.initial().isPresent()))
        .hasSize(2)
        .allMatch(slot -> slot.bytes() <= Slot.MAX_BYTES);
    float[] x = row(k);
    GraphExecution run =
        GraphExecution.run(
            model,
            Tensor.ofFloats(Shape.of(1, k), x).bytes(),
            GraphRunner.natively(
                model.graph(), KernelProvider.reference(), NodeRunner.unavailable()));
    float[] expected = new float[outputs];
    for (int i = 0; i < lines.length; i++) {
      expected[lines[i]] = (i + 1) * x[i % 2 == 0 ? k - 1 : i];
    }
    Tensor output = Tensor.ofBytes(ElementType.F32, Shape.of(1, outputs), run.output());
    assertThat(output.floats()).isEqualTo(expected);
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
