package opml.lab.conformance.operators;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.graph.Slot;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Limits;
import opml.kernels.catalog.PinnedPrograms;
import opml.proof.ExecutedFrames;
import opml.proof.NodeMachines;
import opml.twins.Twins;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A weight that is larger than a slot, here one of some KiB, gives the bits that it would give in one piece: natively,
/// by the reference, and in the machine.
class SplitWeightsTest {
  private static final int K = 270;
  private static final int OUTPUTS = 40;

  /// 16 outputs.
  private static final long PIECE = 4L * 16 * K;

  private final long seed = System.nanoTime();
  private final CaseMaker make = new CaseMaker(seed, Declaration.MAX_OPSET, 1);

  @ParameterizedTest
  @CsvSource({"1, true", "3, true", "1, false", "3, false"})
  void threePiecesGiveTheBitsOfOne(int rows, boolean areRows) {
    Tensor x = make.floats(rows, K);
    Tensor weights = areRows ? make.floats(OUTPUTS, K) : make.floats(K, OUTPUTS);
    OnnxModel file = file(x, weights, make.floats(OUTPUTS), areRows);
    Graph whole = OnnxImporter.of("whole", file);
    Model split =
        Model.of(
            OnnxImporter.of("split", file, new Limits(Long.MAX_VALUE, PIECE)), PinnedPrograms::of);
    assertThat(split.graph().slots().stream().map(Slot::name).filter(name -> name.startsWith("w,")))
        .hasSize(3);
    byte[] expected =
        run(Model.of(whole, PinnedPrograms::of), x, KernelProvider.reference()).output();
    for (String kernels : List.of("reference", "vector", "tile")) {
      GraphExecution execution = run(split, x, Twins.provider(kernels));
      assertThat(execution.output()).as("%s, seed %d", kernels, seed).isEqualTo(expected);
      assertThat(new MachineCheck(split).compare(new ExecutedFrames(execution)).difference())
          .as("seed %d", seed)
          .isEmpty();
    }
  }

  private static GraphExecution run(Model model, Tensor x, KernelProvider kernels) {
    return GraphExecution.run(
        model, x.bytes(), GraphRunner.natively(model.graph(), kernels, new NodeMachines(model)));
  }

  private static OnnxModel file(Tensor x, Tensor weights, Tensor bias, boolean areRows) {
    OnnxNode node =
        OnnxNode.of(
            "Gemm",
            List.of("x", "w", "b"),
            List.of("y"),
            new OnnxAttribute.IntValue("transB", areRows ? 1 : 0),
            new OnnxAttribute.FloatValue("alpha", 0.3f));
    return new OnnxModel(
        8,
        "opml",
        List.of(new OnnxOpset("", 13)),
        new OnnxGraph(
            "split",
            List.of(node),
            List.of(new OnnxTensor("w", weights), new OnnxTensor("b", bias)),
            List.of(OnnxValueInfo.of("x", x.type(), x.shape())),
            List.of(new OnnxValueInfo("y", 0, Optional.empty()))));
  }
}
