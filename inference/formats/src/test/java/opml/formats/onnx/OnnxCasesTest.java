package opml.formats.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import opml.core.codec.MalformedException;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.formats.SharedData;
import opml.formats.refusal.ImportException;
import opml.kernels.catalog.PinnedPrograms;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Small models, each about one rule, against what ONNX Runtime makes of them, if they are there: `shared/` beside the
/// repository. A model runs with the right values, or is refused for the reason named here.
class OnnxCasesTest {
  /// What the refusal must say. Those that ONNX Runtime runs come with later work.
  private static final Map<String, List<String>> REASONS =
      Map.ofEntries(
          Map.entry("conv_weight_rank_mismatch", List.of("Conv", "float 1x1x2x2x2", "axes")),
          Map.entry("cycle", List.of("nodes that form a cycle (2 nodes, first: #0 Add)")),
          Map.entry("dup_node_names", List.of("the name of another node (1 node: n)")),
          Map.entry("external_traversal", List.of("c", "outside")),
          Map.entry("input_without_shape", List.of("input x has no shape")),
          Map.entry("output_declared_wrong_type", List.of("float, declared int64 (1 output: y)")),
          Map.entry("overflow_dims_2pow64", List.of("4294967296")),
          Map.entry("reshape_huge", List.of("2x3 and [4611686018427387904, 4, -1]")),
          Map.entry(
              "symbolic_hw",
              List.of("input x has dimensions that are not numbers: 2 is H, 3 is W")));

  /// Where we differ by decision (`spec/numerics.md`).
  private static final Map<String, String> DECIDED = Map.of("maxpool_nan", "[1, 1, 1, 1] [NaN]");

  private static final String CASES = "onnx-cases";

  @TestFactory
  Stream<DynamicTest> casesRunAsInOnnxRuntimeOrAreRefusedForTheRightReason() throws IOException {
    if (SharedData.find(CASES).isEmpty()) {
      return Stream.of(dynamicTest("SKIPPED", () -> SharedData.require(CASES)));
    }
    Path folder = SharedData.require(CASES);
    return Files.readAllLines(folder.resolve("expected.tsv")).stream()
        .skip(1)
        .map(line -> line.split("\t", 2))
        .map(line -> dynamicTest(line[0], () -> check(folder, line[0], line[1])));
  }

  private static void check(Path folder, String name, String onnxRuntime) throws IOException {
    Path file = folder.resolve(name + ".onnx");
    @Nullable List<String> reasons = REASONS.get(name);
    if (reasons != null) {
      assertThat(catchThrowable(() -> OnnxImporter.load(file)))
          .isInstanceOfAny(ImportException.class, MalformedException.class)
          .hasMessageStartingWith(file.toString())
          .hasMessageContainingAll(reasons.toArray(CharSequence[]::new));
      return;
    }
    assertThat(onnxRuntime).as("we run what it refuses").isNotEqualTo("refuses");
    Graph graph = OnnxImporter.load(file);
    byte[] input = Files.readAllBytes(folder.resolve(name + ".in"));
    GraphRunner runner =
        GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable());
    Tensor output =
        switch (runner.run(MemorySegment.ofArray(input))) {
          case GraphRunner.Result.Finished finished -> finished.output();
          case GraphRunner.Result.Failed failed -> throw new AssertionError("node failed");
        };
    // the table has the first of several
    Tensor first = graph.output().unpack(output.data()).values().iterator().next();
    requireEqual(first, DECIDED.getOrDefault(name, onnxRuntime));
    Model model = Model.of(graph, PinnedPrograms::of);
    assertThat(GraphExecution.run(model, input, runner).output()).isEqualTo(output.bytes());
  }

  /// @param expected `[shape] [values]`, maybe cut in a number
  private static void requireEqual(Tensor output, String expected) {
    int end = expected.indexOf(']');
    assertThat(output.shape().dims()).hasToString(expected.substring(0, end + 1));
    String listed = expected.substring(expected.indexOf('[', end) + 1);
    String[] values = listed.equals("]") ? new String[0] : listed.split(",", -1);
    boolean cut = !expected.endsWith("]");
    assertThat(values.length).isLessThanOrEqualTo(output.shape().count());
    for (int i = 0; i < values.length - (cut ? 1 : 0); i++) {
      String value = values[i].replace("]", "").strip();
      if (output.type() == ElementType.F32) {
        float wanted = Float.parseFloat(value);
        if (Float.isNaN(wanted)) {
          assertThat(output.f32(i)).as("element %d", i).isNaN();
        } else {
          assertThat(output.f32(i))
              .as("element %d", i)
              .isCloseTo(wanted, within(1e-5f * Math.max(1, Math.abs(wanted))));
        }
      } else {
        assertThat(output.integer(i)).as("element %d", i).isEqualTo(Long.parseLong(value));
      }
    }
  }
}
