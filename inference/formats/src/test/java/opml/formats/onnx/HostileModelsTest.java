package opml.formats.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import opml.engine.graph.Graph;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxAttribute.IntValue;
import opml.formats.onnx.file.OnnxAttribute.Ints;
import opml.formats.onnx.file.OnnxFunction;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxOpset;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.refusal.ImportException;
import opml.formats.refusal.Reason;
import org.junit.jupiter.api.Test;

/// Models that somebody made to hurt who imports them: a short file costs little time, and what it calls its parts
/// stays inside the line that tells of them.
class HostileModelsTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final OnnxValueInfo X = OnnxValueInfo.of("x", ElementType.F32, Shape.of(1, 4));
  private static final OnnxValueInfo Y = new OnnxValueInfo("y", 0, Optional.empty());

  private static final String EVIL =
      "\u001b[31mEVIL\u0007\nopml: model verified\r\u202ereversed\u2066\u2028next\u2029\u0085\u009b";

  @Test
  void partsWithoutElementsAreNotWalked() {
    OnnxTensor empty = empty(Integer.MAX_VALUE, 0);
    String[] parts = Collections.nCopies(1000, "c").toArray(String[]::new);
    refusedSoon(folded(1, "Concat", List.of(empty), List.of(new IntValue("axis", 1)), parts));
    // one that has elements among many that have none
    OnnxTensor column = new OnnxTensor("d", Tensor.zero(ElementType.U8, Shape.of(1 << 24, 1)));
    OnnxTensor none = new OnnxTensor("c", Tensor.zero(ElementType.U8, Shape.of(1 << 24, 0)));
    List<String> mixed = new ArrayList<>(Collections.nCopies(5000, "c"));
    mixed.add("d");
    refusedSoon(
        folded(
            1,
            "Concat",
            List.of(none, column),
            List.of(new IntValue("axis", 1)),
            mixed.toArray(String[]::new)));
  }

  @Test
  void nothingIsGatheredFromWhatHasNoElements() {
    OnnxTensor indices = new OnnxTensor("i", Tensor.ofLongs(Shape.of(1000), new long[1000]));
    refusedSoon(
        folded(
            50,
            "Gather",
            List.of(empty(2_147_483, 1, 0), indices),
            List.of(new IntValue("axis", 1)),
            "c",
            "i"));
  }

  @Test
  void poolsOfImagesWithoutElementsAreRefused() {
    for (OnnxTensor image : List.of(empty(0, 1, 1, Integer.MAX_VALUE), empty(0, 1, 1, 1 << 30))) {
      assertThat(
              refusedSoon(
                  folded(
                      4, "MaxPool", List.of(image), List.of(Ints.of("kernel_shape", 1, 1)), "c")))
          .contains("MaxPool: tensors without elements are not supported: float 0x1x1x");
    }
  }

  @Test
  void manyPoolsOfALongRowTakeNoTimeForEachWindow() {
    List<OnnxNode> nodes = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      nodes.add(
          node(
              "",
              "MaxPool",
              i == 1999 ? "y" : "p" + i,
              List.of(Ints.of("kernel_shape", 1)),
              i == 0 ? "x" : "p" + (i - 1)));
    }
    OnnxValueInfo row = OnnxValueInfo.of("x", ElementType.F32, Shape.of(1, 1, 1 << 24));
    assertTimeoutPreemptively(
        SOON,
        () -> assertThat(imported(model(nodes, List.of(), row, List.of())).nodes()).hasSize(2500));
  }

  @Test
  void aSliceOfNothingBackwardsIsNothing() {
    List<OnnxTensor> constants =
        List.of(empty(0), longs("zero", 0), longs("end", -9), longs("back", -1));
    // the shape of it is a list of one zero, to which x cannot be reshaped
    assertThat(
            refusedSoon(
                folded(1, "Slice", constants, List.of(), "c", "zero", "end", "zero", "back")))
        .contains("Reshape: ")
        .doesNotContain("Slice");
  }

  @Test
  void dimensionsBesideAZeroAreBoundedAsOthers() {
    assertThat(
            refusedSoon(
                model(
                    List.of(
                        node("", "ConstantOfShape", "c", List.of(), "s"),
                        node("", "Flatten", "f", List.of(new IntValue("axis", 1)), "c"),
                        node("", "Shape", "fs", List.of(), "f"),
                        node("", "Reshape", "y", List.of(), "x", "fs")),
                    List.of(longs("s", 0, 65536, 65536)),
                    X,
                    List.of())))
        .contains("ConstantOfShape: the result is too large: [0, 65536, 65536]");
  }

  @Test
  void manyFoldsOfLongListsAreRefusedSoon() {
    // each goes through a million elements: 3000 of them would be hours
    List<OnnxNode> nodes = new ArrayList<>();
    nodes.add(node("", "ConstantOfShape", "ones", List.of(one()), "size"));
    nodes.add(node("", "Concat", "c", List.of(new IntValue("axis", 0)), "ones", "zero"));
    String[] all = new String[3000];
    for (int i = 0; i < all.length; i++) {
      all[i] = "q" + i;
      nodes.add(node("", "Div", all[i], List.of(), "c", "c"));
    }
    nodes.add(node("", "Concat", "s", List.of(new IntValue("axis", 0)), all));
    nodes.add(node("", "Reshape", "y", List.of(), "x", "s"));
    List<OnnxTensor> constants = List.of(longs("size", 1 << 20), longs("zero", 0));
    assertThat(refusedSoon(model(nodes, constants, X, List.of())))
        .contains("Concat: tensors of more than 536870912 bytes are not supported");
  }

  @Test
  void aLongListIsNotReadByEachOfManyNodes() {
    List<OnnxNode> nodes = new ArrayList<>();
    nodes.add(node("", "ConstantOfShape", "s", List.of(one()), "size"));
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      all.add("r" + i);
      nodes.add(node("", "Reshape", "r" + i, List.of(), "x", "s"));
    }
    nodes.add(node("", "Sum", "y", List.of(), all.toArray(String[]::new)));
    assertThat(refusedSoon(model(nodes, List.of(longs("size", 1 << 22)), X, List.of())))
        .contains("Reshape: input 1 has more than 64 numbers: 4194304 (2000 nodes");
  }

  @Test
  void functionsAndSparseConstantsAreNotSearchedByEachNode() {
    int count = 40_000;
    List<OnnxNode> nodes = new ArrayList<>();
    String[] names = new String[count];
    List<OnnxTensor> constants = new ArrayList<>();
    Tensor one = Tensor.ofLongs(Shape.of(1), 1);
    for (int i = 0; i < count; i++) {
      names[i] = "an initializer of a long name " + i;
      constants.add(new OnnxTensor(names[i], one));
      nodes.add(node("", "Identity", "p" + i, List.of(), i == 0 ? "x" : "p" + (i - 1)));
    }
    nodes.add(node("", "Concat", "s", List.of(new IntValue("axis", 0)), names));
    nodes.add(node("", "Reshape", "y", List.of(), "p" + (count - 1), "s"));
    List<OnnxFunction> functions =
        IntStream.range(0, 100_000)
            .mapToObj(i -> new OnnxFunction("", "IdentitY", "o" + i))
            .toList();
    List<String> sparse =
        IntStream.range(0, 50_000).mapToObj(i -> "an initializer of a long nams " + i).toList();
    OnnxGraph graph =
        new OnnxGraph("g", nodes, constants, List.of(X), List.of(Y), List.of(), sparse);
    OnnxModel model = new OnnxModel(8, "", List.of(new OnnxOpset("", 13)), graph, functions);
    assertThat(refusedSoon(model)).contains("Reshape: input 1 has more than 64 numbers: 40000");
  }

  @Test
  void aFunctionTakesThePlaceOfAnOperatorOfOursInBothNamesOfTheDomain() {
    for (String domain : List.of("", "ai.onnx")) {
      OnnxModel model =
          model(
              List.of(node("n", "Relu", "y", List.of(), "x")),
              List.of(),
              X,
              List.of(new OnnxFunction(domain, "Relu", "")));
      assertThat(refusedSoon(model)).contains("Relu: more inputs or outputs than the function has");
    }
  }

  @Test
  void namesAddNoLinesToARefusal() {
    OnnxValueInfo evil = OnnxValueInfo.of(EVIL, ElementType.F32, Shape.of(1, 4));
    String y = EVIL + "y";
    List<OnnxModel> models =
        List.of(
            model(List.of(node(EVIL, EVIL, "y", List.of(), "x")), List.of(), X, List.of()),
            model(List.of(node(EVIL, "Relu", "y", List.of(), EVIL)), List.of(), X, List.of()),
            model(
                List.of(node(EVIL, "Relu", "y", List.of(new IntValue(EVIL, 1)), "x")),
                List.of(),
                X,
                List.of()),
            model(
                List.of(
                    node(
                        "",
                        "MaxPool",
                        "y",
                        List.of(
                            Ints.of("kernel_shape", 1, 1),
                            new OnnxAttribute.Text("auto_pad", EVIL)),
                        "x")),
                List.of(),
                OnnxValueInfo.of("x", ElementType.F32, Shape.of(1, 1, 2, 2)),
                List.of()),
            model(
                List.of(
                    node(EVIL, "Wrap", y, List.of(), EVIL), node("", "Relu", "y", List.of(), y)),
                List.of(),
                evil,
                List.of()),
            new OnnxModel(
                8,
                "",
                List.of(new OnnxOpset("", 13)),
                new OnnxGraph("g", List.of(), List.of(), List.of(evil, evil), List.of(evil, X))),
            model(
                List.of(node("", "Relu", "y", List.of(), EVIL)),
                List.of(),
                new OnnxValueInfo(EVIL, 1, Optional.of(List.of(OptionalLong.of(-1)))),
                List.of()));
    for (OnnxModel model : models) {
      ImportException refusal =
          catchThrowableOfType(ImportException.class, () -> OnnxImporter.of("model", model));
      assertThat(refusal.reasons()).isNotEmpty();
      assertThat(refusal.getMessage().lines().count())
          .isEqualTo(refusal.reasons().size() == 1 ? 1 : 1 + lines(refusal.reasons()));
      assertThat(refusal.getMessage()).contains("EVIL").matches("[\\n -~…]*");
    }
  }

  /// {@return the lines of a message, in which all operators are one}
  private static long lines(List<Reason> reasons) {
    long operators = reasons.stream().filter(r -> r.kind() == Reason.Kind.OPERATOR).count();
    return reasons.size() - Math.max(0, operators - 1);
  }

  @Test
  void namesInAGraphArePrintable() {
    OnnxValueInfo evil = OnnxValueInfo.of(EVIL, ElementType.F32, Shape.of(1, 4));
    List<OnnxNode> nodes = List.of(node(EVIL, "Relu", EVIL + "y", List.of(), EVIL));
    OnnxValueInfo out = new OnnxValueInfo(EVIL + "y", 0, Optional.empty());
    Graph graph =
        imported(
            new OnnxModel(
                8,
                "",
                List.of(new OnnxOpset("", 13)),
                new OnnxGraph("g", nodes, List.of(), List.of(evil), List.of(out))));
    List<String> names =
        new ArrayList<>(
            List.of(
                graph.input().parts().getFirst().name(), graph.output().parts().getFirst().name()));
    graph.slots().forEach(slot -> names.add(slot.name()));
    graph.nodes().forEach(node -> names.add(node.name()));
    assertThat(names)
        .hasSize(5)
        .allSatisfy(name -> assertThat(name).contains("EVIL").matches("[ -~…]{1,100}"));
  }

  @Test
  void longNamesAndListsOfThemAreCut() {
    String big = "A".repeat(65_000);
    List<OnnxNode> nodes = new ArrayList<>();
    String[] all = new String[300];
    for (int i = 0; i < all.length; i++) {
      all[i] = "y" + i;
      nodes.add(node(big + i, big + i, all[i], List.of(), "x"));
    }
    nodes.add(node("", "Tally", "y", List.of(), all));
    List<OnnxValueInfo> inputs = new ArrayList<>(List.of(X));
    for (int i = 0; i < 999; i++) {
      inputs.add(OnnxValueInfo.of("in" + i, ElementType.F32, Shape.of(1)));
    }
    OnnxGraph graph = new OnnxGraph("g", nodes, List.of(), inputs, List.of(Y));
    OnnxModel model = new OnnxModel(8, "", List.of(new OnnxOpset("", 13)), graph);
    ImportException refusal =
        catchThrowableOfType(ImportException.class, () -> OnnxImporter.of("model", model));
    assertThat(refusal.reasons()).hasSize(301);
    assertThat(refusal.getMessage().length()).isLessThan(301 * 300);
  }

  private static String refusedSoon(OnnxModel model) {
    return assertTimeoutPreemptively(
        SOON,
        () ->
            String.valueOf(
                catchThrowableOfType(ImportException.class, () -> OnnxImporter.of("model", model))
                    .getMessage()));
  }

  private static Graph imported(OnnxModel model) {
    return OnnxImporter.of("model", model);
  }

  /// {@return a model that folds constants a few times, and reshapes its input to the shapes of what comes out}
  private static OnnxModel folded(
      int times,
      String opType,
      List<OnnxTensor> constants,
      List<OnnxAttribute> attributes,
      String... inputs) {
    List<OnnxNode> nodes = new ArrayList<>();
    String[] shapes = new String[times];
    for (int i = 0; i < times; i++) {
      shapes[i] = "s" + i;
      nodes.add(node("", opType, "z" + i, attributes, inputs));
      nodes.add(node("", "Shape", shapes[i], List.of(), "z" + i));
    }
    nodes.add(node("", "Concat", "all", List.of(new IntValue("axis", 0)), shapes));
    nodes.add(node("", "Reshape", "y", List.of(), "x", "all"));
    return model(nodes, constants, X, List.of());
  }

  private static OnnxModel model(
      List<OnnxNode> nodes,
      List<OnnxTensor> constants,
      OnnxValueInfo input,
      List<OnnxFunction> functions) {
    OnnxGraph graph = new OnnxGraph("g", nodes, constants, List.of(input), List.of(Y));
    return new OnnxModel(8, "", List.of(new OnnxOpset("", 13)), graph, functions);
  }

  private static OnnxNode node(
      String name, String opType, String output, List<OnnxAttribute> attributes, String... inputs) {
    return new OnnxNode(name, opType, "", List.of(inputs), List.of(output), attributes);
  }

  private static OnnxAttribute one() {
    return new OnnxAttribute.TensorValue("value", Tensor.ofLongs(Shape.of(1), 1));
  }

  private static OnnxTensor empty(int... dims) {
    return new OnnxTensor("c", Tensor.zero(ElementType.F32, Shape.of(dims)));
  }

  private static OnnxTensor longs(String name, long... values) {
    return new OnnxTensor(name, Tensor.ofLongs(Shape.of(values.length), values));
  }
}
