package opml.mnist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import opml.engine.graph.Graph;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.file.OnnxReader;
import opml.kernels.catalog.PinnedPrograms;
import opml.mnist.data.LabelledImages;
import opml.mnist.digit.SampleDigit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// How many of the 10,000 MNIST test images the models name right, in the engine.
class AccuracyTest {
  /// From the ONNX model zoo, seen from this module in a checkout beside the shared data.
  private static final Path MNIST_8 =
      Path.of("..", "..", "..", "shared", "data", "mnist", "mnist-8.onnx");

  @Test
  void theFloatModelNames98PercentRight() throws IOException {
    assertThat(right(graph(DemoModel.FLOAT))).isGreaterThanOrEqualTo(9800);
  }

  @Test
  void theInt8ModelNames97AndAHalfPercentRight() throws IOException {
    assertThat(right(graph(DemoModel.INT8))).isGreaterThanOrEqualTo(9750);
  }

  @Test
  void mnist8Names98Point4PercentRight() throws IOException {
    if (!Files.exists(MNIST_8)) {
      throw Mnist.skip("no " + MNIST_8.toAbsolutePath().normalize());
    }
    assertThat(right(OnnxImporter.load(MNIST_8))).isGreaterThanOrEqualTo(9840);
  }

  @ParameterizedTest
  @EnumSource
  void theSampleDigitsAreNamedRight(DemoModel model) {
    Classifier classifier = new Classifier(graph(model));
    for (SampleDigit sample : SampleDigit.ALL) {
      assertThat(classifier.classify(sample.digit())).isEqualTo(sample.label());
    }
  }

  private static int right(Graph graph) throws IOException {
    LabelledImages test = Mnist.orSkip().test();
    Classifier classifier = new Classifier(graph);
    int right =
        (int)
            IntStream.range(0, test.count())
                .parallel()
                .filter(i -> classifier.classify(test.digit(i)) == test.label(i))
                .count();
    System.out.printf(
        "%s: %d of %d right, up to %,d instructions in the machine%n",
        graph.output().parts().getFirst().name(), right, test.count(), instructions(graph));
    return right;
  }

  private static long instructions(Graph graph) {
    return graph.nodes().stream()
        .mapToLong(
            node -> PinnedPrograms.of(node.kernel()).bound().instructions(node.scalarArray()))
        .sum();
  }

  private static Graph graph(DemoModel model) {
    String name = model.fileName();
    return OnnxImporter.of(name, OnnxReader.parse(name, model.onnx()));
  }
}
