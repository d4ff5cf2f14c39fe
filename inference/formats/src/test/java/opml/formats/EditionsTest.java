package opml.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import opml.core.hash.Bytes32;
import opml.engine.commit.Model;
import opml.engine.graph.Clearing;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.trace.GraphExecution;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Models that were registered with a build before this one.
class EditionsTest {
  private static final Path FOLDER =
      Path.of("..", "mnist", "src", "main", "resources", "opml", "mnist");

  @ParameterizedTest
  @CsvSource({
    "mnist-cnn.onnx,0x8bf5b0c991e7d6b4282f1605d12c58236106ee7ad8721ad5c980b780182f197f",
    "mnist-cnn-int8.onnx,0x6dd2b84b59b3fe918f1f638190692897041f79d3a5a5bfd268aad314abf84a22"
  })
  void whatWasRegisteredBeforeSlotsWereEmptiedStaysTheSameModel(String name, String registered)
      throws IOException {
    Path file = FOLDER.resolve(name);
    assertThat(Files.exists(file)).isTrue();
    Model now = ModelLoader.load(file);
    List<Model> editions = ModelLoader.editions(now);
    assertThat(editions).first().extracting(Model::id).isEqualTo(now.id());
    Model before = ModelLoader.edition(now, Bytes32.ofHex(registered)).orElseThrow();
    assertThat(before.graph().nodes()).noneMatch(Clearing::clears);
    assertThat(now.graph().nodes().subList(0, before.graph().nodes().size()))
        .isEqualTo(before.graph().nodes());
    assertThat(now.graph().nodes().getLast()).matches(Clearing::clears);
    byte[] input = new byte[Math.toIntExact(now.descriptor().inputBytes())];
    new SplittableRandom(1).nextBytes(input);
    assertThat(output(before, input)).isEqualTo(output(now, input));
  }

  private static byte[] output(Model model, byte[] input) {
    return GraphExecution.run(
            model,
            input,
            GraphRunner.natively(
                model.graph(), KernelProvider.reference(), NodeRunner.unavailable()))
        .output();
  }
}
