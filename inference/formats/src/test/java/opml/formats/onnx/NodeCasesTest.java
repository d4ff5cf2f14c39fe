package opml.formats.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import opml.core.codec.MalformedException;
import opml.engine.graph.Graph;
import opml.engine.graph.Port;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.RawMessage;
import opml.formats.refusal.ImportException;
import org.junit.jupiter.api.Test;

/// ONNX's own cases, of which most have several inputs: whatever we import of tensors gives what the case says, unless
/// it is drawn by chance. They come with Debian's `libonnx-testdata`, or lie where `-Dopml.onnx.testdata` says.
class NodeCasesTest {
  private static final Set<String> DRAWING = Set.of("Bernoulli", "RandomUniformLike", "Dropout");

  private static final Path DATA =
      Path.of(System.getProperty("opml.onnx.testdata", "/usr/share/libonnx-testdata/data"));

  @Test
  void whatIsImportedGivesWhatOnnxSays() throws IOException {
    Path cases = DATA.resolve("node");
    assumeTrue(Files.isDirectory(cases), "SKIPPED: libonnx-testdata is not installed");
    int run = 0;
    int several = 0;
    try (Stream<Path> folders = Files.list(cases)) {
      for (Path folder : folders.sorted().filter(NodeCasesTest::isOfTensors).toList()) {
        Optional<Graph> graph = imported(folder.resolve("model.onnx"));
        if (graph.isPresent()) {
          check(folder, graph.get());
          run++;
          several += graph.get().input().parts().size() > 1 ? 1 : 0;
        }
      }
    }
    assertThat(several)
        .as("cases of several inputs, of %d that run", run)
        .isGreaterThanOrEqualTo(30);
  }

  private static boolean isOfTensors(Path folder) {
    try {
      OnnxGraph graph = OnnxReader.read(folder.resolve("model.onnx")).graph();
      return Stream.concat(graph.inputs().stream(), graph.outputs().stream())
              .allMatch(port -> port.kind() == OnnxValueInfo.Kind.TENSOR)
          && graph.nodes().stream().noneMatch(node -> DRAWING.contains(node.opType()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Graph> imported(Path file) throws IOException {
    try {
      return Optional.of(OnnxImporter.load(file));
    } catch (ImportException | MalformedException e) {
      return Optional.empty();
    }
  }

  private static void check(Path folder, Graph graph) throws IOException {
    Path values = folder.resolve("test_data_set_0");
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    List<Port.Part> taken = graph.input().parts();
    for (int i = 0; i < taken.size(); i++) {
      inputs.put(taken.get(i).name(), tensor(values.resolve("input_" + i + ".pb")));
    }
    GraphRunner runner =
        GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable());
    switch (runner.run(graph.input().pack(inputs))) {
      case GraphRunner.Result.Failed _ -> throw new AssertionError(folder + ": a node failed");
      case GraphRunner.Result.Finished(Tensor output) -> {
        List<Tensor> said = List.copyOf(graph.output().unpack(output.data()).values());
        for (int i = 0; i < said.size(); i++) {
          requireEqual(folder, said.get(i), tensor(values.resolve("output_" + i + ".pb")));
        }
      }
    }
  }

  private static void requireEqual(Path folder, Tensor said, Tensor expected) {
    assertThat(said.type()).as("%s", folder).isEqualTo(expected.type());
    assertThat(said.shape()).as("%s", folder).isEqualTo(expected.shape());
    if (said.type() != ElementType.F32) {
      assertThat(said.bytes()).as("%s", folder).isEqualTo(expected.bytes());
      return;
    }
    for (int i = 0; i < said.shape().count(); i++) {
      float wanted = expected.f32(i);
      if (Float.isNaN(wanted)) {
        assertThat(said.f32(i)).as("%s, %d", folder, i).isNaN();
      } else {
        assertThat(said.f32(i))
            .as("%s, %d", folder, i)
            .isCloseTo(wanted, within(1e-5f + 1e-3f * Math.abs(wanted)));
      }
    }
  }

  /// {@return the tensor of a file that is nothing else, read as the constant of a model}
  private static Tensor tensor(Path file) throws IOException {
    byte[] model =
        new RawMessage()
            .with(1, 8)
            .with(8, new RawMessage().with(2, 13))
            .with(7, new RawMessage().with(2, "g").with(5, Files.readAllBytes(file)))
            .toBytes();
    List<OnnxTensor> constants = OnnxReader.parse(file.toString(), model).graph().initializers();
    return constants.getFirst().value();
  }
}
