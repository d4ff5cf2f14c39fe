package opml.lab.conformance.disputes;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.ModelLoader;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import opml.kernels.catalog.PinnedPrograms;
import opml.lab.bench.peer.WrittenEncoder;
import opml.lab.conformance.disputes.DisputeSubject.Run;
import opml.mnist.DemoModel;
import opml.mnist.digit.Digit;
import opml.mnist.digit.SampleDigit;

/// Whole networks that are disputed as operators are, each from its file: convolutions over floats and over bytes, the
/// encoder of a sentence, and loops, whose turns are nodes of the graph.
public final class DisputedNetworks {
  private static final int WIDTH = 4;
  private static final int TURNS = 5;
  private static final int TOKENS = 6;

  /// Of a text of somebody else's embedder: the first token of BERT's vocabulary that is a word, the end of those that
  /// are drawn, and how many there are.
  private static final int FIRST_WORD = 1996;

  private static final int LAST_WORD = 30_000;
  private static final int EMBEDDED = 16;

  private DisputedNetworks() {}

  /// {@return all of them}
  public static List<DisputeSubject> all() {
    return List.of(
        new DisputeSubject("float CNN", random -> digits(DemoModel.FLOAT, random)),
        new DisputeSubject("int8 CNN", random -> digits(DemoModel.INT8, random)),
        new DisputeSubject("sentence encoder", DisputedNetworks::encoder),
        new DisputeSubject("Loop", DisputedNetworks::loop),
        new DisputeSubject("Scan", DisputedNetworks::scan));
  }

  /// {@return a sentence embedder of somebody else's}, whose inputs are BERT's
  ///
  /// @throws IOException if its file cannot be read
  public static DisputeSubject embedder(String name, Path file) throws IOException {
    Graph graph = ModelLoader.graph(file, WrittenEncoder.bindings(EMBEDDED));
    Model model = Model.of(graph, PinnedPrograms::of);
    return new DisputeSubject(
        name,
        random -> Run.of(model, WrittenEncoder.text(random, EMBEDDED, FIRST_WORD, LAST_WORD)));
  }

  private static Run encoder(SplittableRandom random) {
    OnnxModel model = WrittenEncoder.model(random.nextLong());
    Graph graph =
        OnnxImporter.of(
            "encoder",
            OnnxReader.parse("encoder", OnnxWriter.write(model)),
            WrittenEncoder.bindings(TOKENS));
    return Run.of(graph, WrittenEncoder.text(random, TOKENS));
  }

  private static Run digits(DemoModel model, SplittableRandom random) {
    Graph graph =
        OnnxImporter.of(model.fileName(), OnnxReader.parse(model.fileName(), model.onnx()));
    Digit digit = SampleDigit.ALL.get(random.nextInt(SampleDigit.ALL.size())).digit();
    Shape shape = Shape.of(1, 1, Digit.SIDE, Digit.SIDE);
    Tensor pixels =
        switch (model) {
          case INT8 -> Tensor.ofBytes(ElementType.U8, shape, digit.pixels());
          case FLOAT -> Tensor.ofFloats(shape, digit.floats());
        };
    return Run.of(graph, Map.of(graph.input().parts().getFirst().name(), pixels));
  }

  /// {@return `s = tanh(s·W) + x`, some turns over, with all `s` side by side}
  private static Run loop(SplittableRandom random) {
    OnnxGraph body =
        new OnnxGraph(
            "turn",
            List.of(
                node("MatMul", List.of("s", "W"), "product"),
                node("Tanh", List.of("product"), "bent"),
                node("Add", List.of("bent", "x"), "next"),
                node("Identity", List.of("going"), "goes")),
            List.of(),
            List.of(open("turn"), open("going"), open("s")),
            List.of(open("goes"), open("next"), open("bent")));
    Tensor x = numbers(random, 1, WIDTH);
    OnnxNode loop =
        new OnnxNode(
            "loop",
            "Loop",
            "",
            List.of("turns", "", "x"),
            List.of("last", "all"),
            List.of(new OnnxAttribute.GraphValue("body", body)));
    return run(
        "loop",
        loop,
        List.of(
            new OnnxTensor("turns", Tensor.ofLongs(Shape.SCALAR, TURNS)),
            new OnnxTensor("W", numbers(random, WIDTH, WIDTH))),
        Map.of("x", x),
        List.of("last", "all"));
  }

  /// {@return `h = tanh(x_t·W + h·U)` over a sequence of `x`}
  private static Run scan(SplittableRandom random) {
    OnnxGraph body =
        new OnnxGraph(
            "turn",
            List.of(
                node("MatMul", List.of("x", "W"), "given"),
                node("MatMul", List.of("h", "U"), "kept"),
                node("Add", List.of("given", "kept"), "sum"),
                node("Tanh", List.of("sum"), "next"),
                node("Identity", List.of("next"), "out")),
            List.of(),
            List.of(open("h"), open("x")),
            List.of(open("next"), open("out")));
    OnnxNode scan =
        new OnnxNode(
            "scan",
            "Scan",
            "",
            List.of("h0", "xs"),
            List.of("last", "all"),
            List.of(
                new OnnxAttribute.GraphValue("body", body),
                new OnnxAttribute.IntValue("num_scan_inputs", 1)));
    return run(
        "scan",
        scan,
        List.of(
            new OnnxTensor("W", numbers(random, WIDTH, WIDTH)),
            new OnnxTensor("U", numbers(random, WIDTH, WIDTH)),
            new OnnxTensor("h0", numbers(random, WIDTH))),
        Map.of("xs", numbers(random, TURNS, WIDTH)),
        List.of("last", "all"));
  }

  private static Run run(
      String name,
      OnnxNode node,
      List<OnnxTensor> constants,
      Map<String, Tensor> inputs,
      List<String> outputs) {
    List<OnnxValueInfo> ports =
        inputs.entrySet().stream()
            .map(
                entry ->
                    OnnxValueInfo.of(
                        entry.getKey(), entry.getValue().type(), entry.getValue().shape()))
            .toList();
    OnnxModel model =
        new OnnxModel(
            8,
            "opml",
            List.of(new OnnxOpset("", 17)),
            new OnnxGraph(
                name,
                List.of(node),
                constants,
                ports,
                outputs.stream().map(DisputedNetworks::open).toList()));
    Graph graph = OnnxImporter.of(name, OnnxReader.parse(name, OnnxWriter.write(model)));
    return Run.of(graph, inputs);
  }

  private static OnnxNode node(String operator, List<String> inputs, String output) {
    return new OnnxNode("", operator, "", inputs, List.of(output), List.of());
  }

  private static OnnxValueInfo open(String name) {
    return new OnnxValueInfo(name, 0, Optional.empty());
  }

  private static Tensor numbers(SplittableRandom random, int... dims) {
    float[] numbers = new float[Shape.of(dims).count()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = (float) (2 * random.nextDouble() - 1);
    }
    return Tensor.ofFloats(Shape.of(dims), numbers);
  }
}
