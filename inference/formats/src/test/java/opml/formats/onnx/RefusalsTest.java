package opml.formats.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute.IntValue;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.RawMessage;
import opml.formats.refusal.ImportException;
import opml.formats.refusal.Reason;
import opml.formats.refusal.Reason.Kind;
import org.junit.jupiter.api.Test;

/// A model that cannot run is told all reasons at once, each with its count and first place.
class RefusalsTest {
  private static final OnnxValueInfo X = OnnxValueInfo.of("x", ElementType.F32, Shape.of(2, 3));
  private static final OnnxValueInfo Y = new OnnxValueInfo("y", 0, Optional.empty());

  @Test
  void allReasonsAreToldAtOnce() {
    List<OnnxNode> nodes = new ArrayList<>();
    nodes.add(node("", "Relu", "h0", "x"));
    for (int i = 0; i < 12; i++) {
      nodes.add(node("/encoder/Wrap" + i, "Wrap", "h" + (i + 1), "h" + i));
    }
    nodes.add(node("/q", "Add", "q", "ids", "ids"));
    nodes.add(node("/p", "Add", "p", "ids", "ids"));
    nodes.add(node("/f", "Flatten", "f", "x"));
    nodes.add(node("/mm", "MatMul", "m", "f", "x"));
    nodes.add(node("", "Tokenize", "g", "h12"));
    nodes.add(node("/last", "Tally", "y", "q", "p", "m", "g", "mask"));
    OnnxValueInfo ids = OnnxValueInfo.of("ids", ElementType.BOOL, Shape.of(4));
    OnnxValueInfo mask = new OnnxValueInfo("mask", 8, Optional.of(List.of(OptionalLong.of(2))));
    ImportException refusal =
        refusal(28, nodes, List.of(), List.of(X, ids, mask), List.of(Y, info("h3")));
    // an unsupported opset says nothing of how its operators are used
    assertThat(refusal)
        .hasMessage(
            """
            model cannot be run here, for 4 reasons:
              operators that we do not have: Wrap (12 nodes, first: /encoder/Wrap0), Tokenize (1 node: #17 Tokenize), \
            Tally (1 node: /last)
              opset 28; 1 to 27 are supported
              type string (1 tensor: input mask)
              node /last (Tally) has strings, or no kernel, and neither can be committed: no claim can be about this \
            model""");
    assertThat(refusal.reasons())
        .contains(
            new Reason(Kind.OPERATOR, 12, "node", "/encoder/Wrap0", "Wrap"),
            new Reason(Kind.TYPE, 1, "tensor", "input mask", "type string"));
    assertThat(refusal(13, nodes, List.of(), List.of(X, ids, mask), List.of(Y)))
        .hasMessage(
            """
            model cannot be run here, for 5 reasons:
              operators that we do not have: Wrap (12 nodes, first: /encoder/Wrap0), Tokenize (1 node: #17 Tokenize), \
            Tally (1 node: /last)
              type string (1 tensor: input mask)
              Add: type bool, where numbers are supported (2 nodes, first: /q)
              MatMul: inner sizes differ: 2x3 and 2x3 (1 node: /mm)
              node /last (Tally) has strings, or no kernel, and neither can be committed: no claim can be about this \
            model""");
  }

  @Test
  void nothingIsCutHoweverMuchIsWrong() {
    List<OnnxNode> nodes = new ArrayList<>();
    String last = "x";
    for (int i = 0; i < 300; i++) {
      nodes.add(node("", "Op" + i, "h" + i, last));
      last = "h" + i;
    }
    nodes.add(node("", "Relu", "y", last));
    ImportException refusal = refusal(nodes);
    assertThat(refusal.reasons()).hasSize(300);
    for (int i = 0; i < 300; i++) {
      assertThat(refusal.getMessage()).contains("Op" + i + " (1 node: #" + i + " Op" + i + ")");
    }
  }

  @Test
  void whatFollowsFromARefusalIsNoReason() {
    assertThat(
            refusal(
                List.of(
                    node("softmax", "Softmax", "s", new IntValue("axis", 7), "x"),
                    node("mm", "MatMul", "m", "s", "x"),
                    node("relu", "Relu", "y", "m"))))
        .hasMessage(
            "model cannot be run here: Softmax: attribute axis is out of range: 7, not -2 to 2"
                + " (1 node: softmax)");
  }

  @Test
  void whatWouldBeAConstantIsNotTakenForAComputedValue() {
    // the shape of what Wrap gives is not known, but it would be: Gather, Concat and Div are not at
    // fault
    assertThat(
            refusal(
                List.of(
                    node("erf", "Wrap", "e", "x"),
                    node("shape", "Shape", "s", "e"),
                    node("gather", "Gather", "g", "s", "i"),
                    node("div", "Div", "d", "g", "i"),
                    node("concat", "Concat", "c", new IntValue("axis", 0), "d", "i"),
                    node("reshape", "Reshape", "y", "e", "c"))))
        .hasMessage("model cannot be run here: operators that we do not have: Wrap (1 node: erf)");
    // of what Wrap gives itself, they are
    assertThat(
            refusal(
                List.of(
                    node("erf", "Wrap", "e", "x"),
                    node("gather", "Gather", "g", "e", "i"),
                    node("div", "Div", "d", "g", "x"),
                    node("concat", "Concat", "y", new IntValue("axis", 0), "d", "x"))))
        .hasMessage("model cannot be run here: operators that we do not have: Wrap (1 node: erf)");
    assertThat(refusal(List.of(node("n", "ConstantOfShape", "y", "x"))))
        .hasMessageContaining("input 0 must be a constant, and follows from inputs");
  }

  @Test
  void inputsThatAreTooLargeAreRefusedOnce() {
    List<OnnxNode> relu = List.of(node("r", "Relu", "y", "x"));
    OnnxValueInfo large = OnnxValueInfo.of("x", ElementType.F32, Shape.of(1 << 28));
    assertThat(refusal(13, relu, List.of(), List.of(large), List.of(Y)))
        .hasMessage(
            "model cannot be run here: tensors of more than 536870912 bytes are not supported: float 268435456"
                + " (1 input: x)");
  }

  @Test
  void equalFaultsOfManyNodesAreOneReason() {
    OnnxTensor w = new OnnxTensor("w", Tensor.zero(ElementType.F32, Shape.of(2, 3)));
    OnnxTensor v = new OnnxTensor("v", Tensor.zero(ElementType.F32, Shape.of(4, 5)));
    ImportException refusal =
        refusal(
            13,
            List.of(
                node("first", "MatMul", "a", "x", "w"),
                node("second", "MatMul", "b", "x", "v"),
                node("third", "Add", "y", "a", "b")),
            List.of(w, v),
            List.of(X),
            List.of(Y));
    assertThat(refusal.reasons())
        .containsExactly(
            new Reason(Kind.USE, 2, "node", "first", "MatMul: inner sizes differ: 2x3 and 2x3"));
  }

  @Test
  void typesHaveTheNamesThatUsersOfOnnxKnow() {
    for (var type : List.of("string 8", "int4 22")) {
      String name = type.substring(0, type.indexOf(' '));
      int code = Integer.parseInt(type.substring(name.length() + 1));
      OnnxValueInfo input = new OnnxValueInfo("x", code, Optional.of(List.of(OptionalLong.of(1))));
      assertThat(
              refusal(
                  13, List.of(node("r", "Relu", "y", "x")), List.of(), List.of(input), List.of(Y)))
          .hasMessageContaining("type " + name + " (1 tensor: input x)");
    }
    OnnxValueInfo x = OnnxValueInfo.of("x", ElementType.BOOL, Shape.of(2));
    assertThat(refusal(13, List.of(node("r", "Relu", "y", "x")), List.of(), List.of(x), List.of(Y)))
        .hasMessage(
            "model cannot be run here: Relu: type bool, where numbers are supported (1 node: r)");
  }

  @Test
  void constantsOfOtherTypesAreCountedByType() {
    RawMessage graph = new RawMessage();
    for (int i = 0; i < 40; i++) {
      String from = i == 0 ? "x" : "h" + i;
      graph.with(1, rawNode("Add", i == 39 ? "y" : "h" + (i + 1), from, "w" + i));
    }
    for (int i = 0; i < 40; i++) {
      graph.with(
          5,
          new RawMessage()
              .with(2, OnnxType.FLOAT8E8M0.code())
              .with(8, "w" + i)
              .with(9, new byte[1]));
    }
    graph.with(
        5, new RawMessage().with(2, OnnxType.DOUBLE.code()).with(8, "unread").with(9, new byte[8]));
    assertThat(refusal(graph))
        .hasMessage("model cannot be run here: type float8e8m0 (40 tensors, first: w0)");
    RawMessage sparse = new RawMessage().with(1, new RawMessage().with(8, "s"));
    RawMessage half = new RawMessage().with(2, OnnxType.FLOAT8E8M0.code()).with(9, new byte[1]);
    RawMessage value = new RawMessage().with(1, "value").with(5, half).with(20, 4);
    RawMessage more =
        new RawMessage()
            .with(1, rawNode("Constant", "c").with(5, value))
            .with(1, rawNode("Tally", "y", "x", "s", "c", "large"))
            .with(5, new RawMessage().withPacked(1, 1 << 20, 1 << 20).with(2, 1).with(8, "large"))
            .with(15, sparse);
    assertThat(refusal(more))
        .hasMessage(
            """
            model cannot be run here, for 4 reasons:
              operators that we do not have: Tally (1 node: #1 Tally)
              Constant: type of attribute value: float8e8m0 scalar (1 node: #0 Constant)
              type sparse tensor (1 tensor: s)
              tensors of more than 536870912 bytes are not supported: float 1048576x1048576 (1 tensor: large)""");
  }

  @Test
  void inputsWhoseShapeIsNotKnownAreRefused() {
    OnnxValueInfo symbolic =
        new OnnxValueInfo(
            "x",
            1,
            Optional.of(
                List.of(
                    OptionalLong.empty(),
                    OptionalLong.of(3),
                    OptionalLong.empty(),
                    OptionalLong.empty())));
    assertThat(
            refusal(
                13, List.of(node("r", "Relu", "y", "x")), List.of(), List.of(symbolic), List.of(Y)))
        .hasMessageContaining("input x has dimensions that are not numbers: 2 is ?, 3 is ?;");
    OnnxValueInfo shapeless = new OnnxValueInfo("x", 1, Optional.empty());
    assertThat(
            refusal(
                13,
                List.of(node("r", "Relu", "y", "x")),
                List.of(),
                List.of(shapeless),
                List.of(Y)))
        .hasMessage("model cannot be run here: input x has no shape");
    OnnxValueInfo bad =
        new OnnxValueInfo("x", 1, Optional.of(List.of(OptionalLong.of(0), OptionalLong.of(-1))));
    assertThat(
            refusal(13, List.of(node("r", "Relu", "y", "x")), List.of(), List.of(bad), List.of(Y)))
        .hasMessage("model cannot be run here: input x has impossible dimensions: 1 is -1");
  }

  @Test
  void namesThatAreNoGraphAreRefused() {
    assertThat(refusal(List.of(node("n", "Relu", "h", "x"), node("n", "Relu", "y", "h"))))
        .hasMessage("model cannot be run here: nodes with the name of another node (1 node: n)");
    // the cycle is b and c; a waits for it
    assertThat(
            refusal(
                List.of(
                    node("a", "Add", "y", "q", "x"),
                    node("b", "Relu", "p", "q"),
                    node("c", "Wrap", "q", "p"))))
        .hasMessage(
            """
            model cannot be run here, for 2 reasons:
              operators that we do not have: Wrap (1 node: c)
              nodes that form a cycle (2 nodes, first: b)""");
    assertThat(
            refusal(
                13,
                List.of(node("r", "Relu", "h", "x")),
                List.of(),
                List.of(X),
                List.of(Y, info("z"))))
        .hasMessageContaining("outputs that nothing defines (2 outputs, first: y)");
  }

  @Test
  void anOutputIsOfTheTypeThatIsDeclared() {
    OnnxValueInfo declared = OnnxValueInfo.of("y", ElementType.I64, Shape.of(2, 3));
    List<OnnxNode> relu = List.of(node("r", "Relu", "y", "x"));
    assertThat(refusal(13, relu, List.of(), List.of(X), List.of(declared)))
        .hasMessage(
            "model cannot be run here: outputs that are not of the declared type: float, declared int64"
                + " (1 output: y)");
  }

  @Test
  void outputsButTheFirstAreRefusedWhereTheyAreRead() {
    OnnxNode two = OnnxNode.of("Relu", List.of("x"), List.of("d", "more"));
    assertThat(refusal(List.of(two, node("r", "Relu", "y", "more"))))
        .hasMessage(
            "model cannot be run here: Relu: output 1 is read, supported is the first: more (1 node: d)");
  }

  @Test
  void aReasonIsToldOnce() {
    Reason reason = new Reason(Reason.Kind.USE, 1, "", "", "too deep");
    Reason operator = new Reason(Reason.Kind.OPERATOR, 1, "node", "a", "Loop");
    assertThat(new ImportException("m", List.of(reason, reason)))
        .hasMessage("m cannot be run here: too deep");
    assertThat(new ImportException("m", List.of(operator, reason, operator)))
        .hasMessage(
            """
            m cannot be run here, for 2 reasons:
              operators that we do not have: Loop (1 node: a)
              too deep""");
  }

  @Test
  void constantsThatWouldFillTheMemoryAreRefused() {
    OnnxTensor size = new OnnxTensor("n", Tensor.ofLongs(Shape.of(2), 60_000, 30_000));
    assertThat(
            refusal(
                13,
                List.of(node("c", "ConstantOfShape", "c", "n"), node("r", "Relu", "y", "c")),
                List.of(size),
                List.of(X),
                List.of(Y)))
        .hasMessageContaining("constants that follow from others take more than 67108864 bytes");
    List<OnnxNode> doubling = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      doubling.add(
          node("c" + i, "Concat", "h" + (i + 1), new IntValue("axis", 0), "h" + i, "h" + i));
    }
    doubling.add(node("r", "Reshape", "y", "x", "h40"));
    OnnxTensor first = new OnnxTensor("h0", Tensor.ofLongs(Shape.of(1), 1));
    assertThat(refusal(13, doubling, List.of(first), List.of(X), List.of(Y)).reasons())
        .hasSize(1)
        .allMatch(reason -> reason.kind() == Kind.SIZE && reason.count() == 1);
  }

  private static RawMessage rawNode(String opType, String output, String... inputs) {
    RawMessage node = new RawMessage();
    for (String input : inputs) {
      node.with(1, input);
    }
    return node.with(2, output).with(4, opType);
  }

  /// {@return the refusal of a graph of x and y, written by hand}
  private static ImportException refusal(RawMessage graph) {
    RawMessage shape = new RawMessage().with(1, new RawMessage().with(1, 1));
    RawMessage tensor = new RawMessage().with(1, OnnxType.FLOAT.code()).with(2, shape);
    RawMessage type = new RawMessage().with(1, tensor);
    graph.with(11, new RawMessage().with(1, "x").with(2, type));
    graph.with(12, new RawMessage().with(1, "y").with(2, type));
    byte[] model =
        new RawMessage().with(1, 8).with(8, new RawMessage().with(2, 13)).with(7, graph).toBytes();
    return catchThrowableOfType(
        ImportException.class, () -> OnnxImporter.of("model", OnnxReader.parse("model", model)));
  }

  private static ImportException refusal(List<OnnxNode> nodes) {
    OnnxTensor i = new OnnxTensor("i", Tensor.ofLongs(Shape.of(1), 1));
    return refusal(13, nodes, List.of(i), List.of(X), List.of(Y));
  }

  private static ImportException refusal(
      int opset,
      List<OnnxNode> nodes,
      List<OnnxTensor> initializers,
      List<OnnxValueInfo> inputs,
      List<OnnxValueInfo> outputs) {
    OnnxGraph graph = new OnnxGraph("g", nodes, initializers, inputs, outputs);
    OnnxModel model = new OnnxModel(8, "", List.of(new OnnxOpset("", opset)), graph);
    return catchThrowableOfType(ImportException.class, () -> OnnxImporter.of("model", model));
  }

  private static OnnxValueInfo info(String name) {
    return new OnnxValueInfo(name, 0, Optional.empty());
  }

  private static OnnxNode node(String name, String opType, String output, String... inputs) {
    return new OnnxNode(name, opType, "", List.of(inputs), List.of(output), List.of());
  }

  private static OnnxNode node(
      String name, String opType, String output, IntValue attribute, String... inputs) {
    return new OnnxNode(name, opType, "", List.of(inputs), List.of(output), List.of(attribute));
  }
}
