package opml.formats.onnx.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import opml.core.codec.MalformedException;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import org.junit.jupiter.api.Test;

class OnnxFormatTest {
  private static final int FLOAT = OnnxType.FLOAT.code();
  private static final int UINT8 = OnnxType.UINT8.code();
  private static final int INT32 = OnnxType.INT32.code();
  private static final int INT64 = OnnxType.INT64.code();
  private static final int BOOL = OnnxType.BOOL.code();

  @Test
  void aWrittenModelReadsBackAndIsWrittenTheSame() {
    byte[] bytes = OnnxWriter.write(SampleModel.dense());
    OnnxModel read = OnnxReader.parse("sample", bytes);
    assertThat(read.graph().nodes()).isEqualTo(SampleModel.dense().graph().nodes());
    assertThat(read.graph().inputs()).isEqualTo(SampleModel.dense().graph().inputs());
    assertThat(read.opsets()).containsExactly(new OnnxOpset("", 13));
    assertThat(read.graph().initializers().get(1).value().floats()).containsExactly(0.5f, -100);
    assertThat(OnnxWriter.write(read)).isEqualTo(bytes);
  }

  @Test
  void everyKindOfAttributeReadsBack() {
    OnnxNode node =
        OnnxNode.of(
            "Any",
            List.of("x", ""),
            List.of("y"),
            new OnnxAttribute.FloatValue("f", -1.5f),
            new OnnxAttribute.IntValue("i", -7),
            new OnnxAttribute.Text("s", "é"),
            new OnnxAttribute.Floats("fs", List.of(1f, 2f)),
            OnnxAttribute.Ints.of("is", 1, -1, Long.MIN_VALUE),
            new OnnxAttribute.Texts("ss", List.of("a", "")),
            new OnnxAttribute.TensorValue("t", Tensor.ofLongs(Shape.of(2), 3, -3)));
    OnnxModel model =
        SampleModel.model(
            13,
            List.of(node),
            List.of(),
            OnnxValueInfo.of("x", ElementType.I8, Shape.of(1)),
            OnnxValueInfo.of("y", ElementType.I8, Shape.of(1)));
    OnnxNode read =
        OnnxReader.parse("attributes", OnnxWriter.write(model)).graph().nodes().getFirst();
    List<OnnxAttribute> attributes = read.attributes();
    int last = attributes.size() - 1;
    assertThat(attributes.subList(0, last)).isEqualTo(node.attributes().subList(0, last));
    assertThat(attributes.get(last))
        .isInstanceOfSatisfying(
            OnnxAttribute.TensorValue.class,
            t -> {
              assertThat(t.name()).isEqualTo("t");
              assertThat(t.tensor().describe()).isEqualTo("int64 2");
              assertThat(t.value().integers()).containsExactly(3, -3);
            });
  }

  @Test
  void dataMayStandInTypedFields() {
    // dims 2; data type 3 (int8); int32_data: -1 as ten bytes, 127
    byte[] tensor = HexFormat.of().parseHex("080210032a0bffffffffffffffffff017f");
    assertThat(initializer(tensor).value().integers()).containsExactly(-1, 127);
    assertThat(read(typed(INT32, 3).withPacked(5, -1, 4294967295L).with(5, 7)).integers())
        .containsExactly(-1, -1, 7);
    assertThat(read(typed(INT64, 3).with(7, Long.MIN_VALUE).withPacked(7, 2, 3)).integers())
        .containsExactly(Long.MIN_VALUE, 2, 3);
    assertThat(read(typed(BOOL, 2).withPacked(5, 1, 0)).integers()).containsExactly(1, 0);
    assertThat(
            read(typed(FLOAT, 3)
                    .withFloat(4, 1.5f)
                    .with(4, HexFormat.of().parseHex("0000008000000040")))
                .floats())
        .containsExactly(1.5f, -0f, 2f);
    assertThat(read(typed(INT64, 0)).integers()).isEmpty();
  }

  @Test
  void aTensorMustHoldWhatItsDimensionsSay() {
    OnnxTensor tensor = initializer(HexFormat.of().parseHex("0a0102100142034141414a03000000"));
    assertThatThrownBy(tensor::value)
        .isInstanceOf(MalformedException.class)
        .hasMessage(
            "hostile, graph, initializer 0 (AAA): "
                + "float 2 has 8 bytes, but raw_data and float_data hold 3");
    refused(typed(INT64, 2), "int64 2 has 16 bytes, but raw_data and int64_data hold 0");
    refused(typed(INT64, 1).withPacked(5, 1), "int64 1 has 8 bytes");
    refused(typed(INT64, 2).with(9, new byte[16]).with(7, 1), "expected data in one form");
    refused(typed(INT64, 3).withPacked(7, 300), "3 elements, which cannot be the 2 bytes");
    refused(typed(INT64, 2).withPacked(7, 300), "damaged at byte");
    refused(typed(INT64, 2).withPacked(7, 300), "expected 2 elements, found 1");
    refused(typed(INT64, 1).withPacked(7, 300, 1), "expected 1 elements, found more");
    refused(typed(UINT8, 1).withPacked(5, 256), "expected uint8, found 256 at element 0");
    refused(typed(BOOL, 2).with(9, new byte[] {1, 2}), "expected bools, 0 or 1, found 2 at 1");
    refused(
        typed(FLOAT, 1).with(4, new byte[] {1, 2, 3, 4, 5}), "but raw_data and float_data hold 5");
    refused(typed(FLOAT, 1).with(3, new RawMessage().with(1, 0)), "in segments");
  }

  @Test
  void typesAreCalledByTheirNames() {
    refused(
        typed(17, 2).with(9, new byte[2]),
        "hostile, graph, initializer 0 (w): float8e4m3fn 2; supported types are "
            + "float, uint8, int8, uint16, int16, int32, int64, bool, float16, double, uint32, uint64,"
            + " bfloat16");
    refused(typed(8, 1).with(6, "text"), "string 1; supported");
    refused(typed(0), "undefined type scalar; supported");
    refused(typed(99), "unknown type 99 scalar; supported");
    refused(typed(-5), "unknown type -1 scalar; supported");
    for (ElementType type : ElementType.computed()) {
      assertThat(OnnxType.of(type).element()).contains(type);
    }
    for (int code = 1; code <= 26; code++) {
      assertThat(OnnxType.of(code).orElseThrow().code()).isEqualTo(code);
    }
  }

  @Test
  void hugeDimensionsAllocateNothing() {
    refused(typed(FLOAT, Integer.MAX_VALUE, Integer.MAX_VALUE), "more than 2^31 - 1 elements");
    refused(typed(FLOAT, 1L << 32, 1L << 32), "expected dimensions from 0 to 2^31 - 1");
    refused(typed(FLOAT, -1), "expected dimensions from 0 to 2^31 - 1, found -1");
    refused(
        typed(FLOAT, Integer.MAX_VALUE),
        "float 2147483647 has 8589934588 bytes, but raw_data and float_data hold 0");
    refused(typed(FLOAT, 1 << 24).with(9, new byte[1]), "raw_data and float_data hold 1");
    refused(typed(INT64, 1 << 23).with(7, 1), "8388608 elements, which cannot be the 1 bytes");
    refused(
        typed(FLOAT, new long[17]), "float 0x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0x…: rank 17 is above 16");
  }

  @Test
  void whatNobodyReadsMayBeOfAnyKind() {
    RawMessage node =
        new RawMessage()
            .with(2, "y")
            .with(4, "Loop")
            .with(5, attribute("body", 5).with(6, new RawMessage().with(2, "inner")))
            .with(5, attribute("s", 11).with(22, new RawMessage()))
            .with(5, attribute("type", 13).with(14, new RawMessage()))
            .with(5, attribute("blob", 3).with(4, new byte[] {(byte) 0xff}))
            .with(5, attribute("long", 3).with(4, new byte[1 << 20]))
            .with(5, attribute("ref", 1).with(21, "alpha"))
            .with(5, attribute("later", 77))
            .with(8, "o");
    RawMessage graph =
        new RawMessage()
            .with(1, node)
            .with(15, new RawMessage().with(1, RawModels.tensor("sparse", FLOAT, 1)))
            .with(5, RawModels.tensor("w", 10, -7))
            .with(14, new RawMessage())
            .with(16, new RawMessage());
    byte[] bytes =
        RawModels.head()
            .with(14, RawModels.entry("key", "value"))
            .with(20, new RawMessage().with(1, new byte[] {7, 7}))
            .with(25, new RawMessage().with(1, "Gelu").with(10, "own").with(13, "o"))
            .with(99, 5)
            .with(7, graph)
            .toBytes();
    OnnxModel model = OnnxReader.parse("any", bytes);
    assertThat(model.functions()).containsExactly(new OnnxFunction("own", "Gelu", "o"));
    assertThat(model.graph().sparseInitializers()).containsExactly("sparse");
    OnnxNode read = model.graph().nodes().getFirst();
    assertThat(read.overload()).isEqualTo("o");
    assertThat(read.attributes())
        .containsExactly(
            new OnnxAttribute.GraphValue(
                "body", new OnnxGraph("inner", List.of(), List.of(), List.of(), List.of())),
            new OnnxAttribute.Unsupported("s", "sparse_tensor"),
            new OnnxAttribute.Unsupported("type", "type_proto"),
            new OnnxAttribute.Unsupported("blob", "string of bytes"),
            new OnnxAttribute.Unsupported("long", "string of bytes"),
            new OnnxAttribute.Reference("ref", "alpha"),
            new OnnxAttribute.Unsupported("later", "unknown type 77"));
    assertThat(model.graph().initializers().getFirst().describe()).isEqualTo("float16 -7");
    assertThatThrownBy(() -> OnnxWriter.write(model)).hasMessageContaining("was skipped");
  }

  @Test
  void graphsInGraphsAreSkippedHoweverDeepTheyNest() {
    // each level: a graph of one node whose attribute is the graph of the level below
    byte[] deep = new byte[0];
    int levels = 2000;
    for (int i = 0; i < levels; i++) {
      RawMessage node = new RawMessage().with(4, "If").with(5, attribute("a", 5).with(6, deep));
      deep = new RawMessage().with(1, node).toBytes();
    }
    OnnxGraph graph = OnnxReader.parse("deep", RawModels.head().with(7, deep).toBytes()).graph();
    int read = 0;
    while (graph.nodes().getFirst().attributes().getFirst()
        instanceof OnnxAttribute.GraphValue(_, OnnxGraph inner)) {
      graph = inner;
      read++;
    }
    assertThat(read).isEqualTo(16);
    assertThat(graph.nodes().getFirst().attributes())
        .containsExactly(new OnnxAttribute.Unsupported("a", "graph, too deep in others"));
  }

  @Test
  void declaredShapesTellNamesFromGapsFromNothing() {
    RawMessage shape =
        new RawMessage()
            .with(1, new RawMessage().with(2, "batch"))
            .with(1, new RawMessage())
            .with(1, new RawMessage().with(1, 3))
            .with(1, new RawMessage().with(2, ""));
    RawMessage tensor = new RawMessage().with(1, 10).with(2, shape);
    RawMessage graph =
        new RawMessage()
            .with(11, value("x", new RawMessage().with(1, tensor)))
            .with(11, value("shapeless", new RawMessage().with(1, new RawMessage().with(1, 1))))
            .with(11, value("s", new RawMessage().with(4, new RawMessage())))
            .with(11, value("l", sequence(new RawMessage().with(1, tensor))))
            .with(11, value("o", optional(new RawMessage().with(1, tensor))))
            .with(11, value("q", optional(sequence(new RawMessage().with(1, tensor)))))
            .with(11, value("n", sequence(sequence(new RawMessage().with(1, tensor)))))
            .with(11, value("d", optional(sequence(sequence(sequence(new RawMessage()))))))
            .with(11, new RawMessage().with(1, "untyped"))
            .with(13, value("h", new RawMessage().with(8, tensor)));
    OnnxGraph read = OnnxReader.parse("values", RawModels.model(graph)).graph();
    List<OnnxDimension> dims =
        List.of(
            new OnnxDimension.Named("batch"),
            new OnnxDimension.Unknown(),
            new OnnxDimension.Sized(3),
            new OnnxDimension.Unknown());
    assertThat(read.inputs())
        .containsExactly(
            new OnnxValueInfo("x", OnnxValueInfo.Kind.TENSOR, 10, Optional.of(dims)),
            new OnnxValueInfo("shapeless", 1, Optional.empty()),
            new OnnxValueInfo("s", OnnxValueInfo.Kind.SEQUENCE, 0, Optional.empty()),
            new OnnxValueInfo("l", OnnxValueInfo.Kind.SEQUENCE, 10, Optional.of(dims)),
            new OnnxValueInfo("o", OnnxValueInfo.Kind.OPTIONAL, 10, Optional.of(dims)),
            new OnnxValueInfo("q", OnnxValueInfo.Kind.OPTIONAL_SEQUENCE, 10, Optional.of(dims)),
            new OnnxValueInfo("n", OnnxValueInfo.Kind.NESTED, 10, Optional.of(dims)),
            new OnnxValueInfo("d", OnnxValueInfo.Kind.NESTED, 0, Optional.empty()),
            new OnnxValueInfo("untyped", OnnxValueInfo.Kind.UNDECLARED, 0, Optional.empty()));
    assertThat(read.inputs().getFirst().type()).contains(OnnxType.FLOAT16);
    assertThat(dims.stream().map(OnnxDimension::label)).containsExactly("batch", "?", "3", "?");
    assertThat(read.values())
        .containsExactly(
            new OnnxValueInfo("h", OnnxValueInfo.Kind.SPARSE_TENSOR, 10, Optional.of(dims)));
    OnnxModel plain =
        new OnnxModel(
            8,
            "",
            List.of(),
            new OnnxGraph("", List.of(), List.of(), read.inputs().subList(0, 2), List.of()));
    assertThat(OnnxReader.parse("again", OnnxWriter.write(plain)).graph()).isEqualTo(plain.graph());
  }

  @Test
  void damageIsToldWithItsPlaceAndWhatWasExpected() {
    damaged(
        new RawMessage().with(1, 7), 6, ", in graph", "expected text, bytes or a message as node");
    damaged(
        new RawMessage().with(1, new RawMessage().with(4, 5)),
        8,
        ", in graph, node 0",
        "expected text, bytes or a message as op_type, found a number");
    damaged(
        new RawMessage().with(1, new RawMessage().with(4, "Add").with(4, "Mul")),
        13,
        ", in graph, node 0",
        "op_type is given twice");
    damaged(
        new RawMessage().with(1, new RawMessage().with(3, new byte[] {(byte) 0xc3})),
        8,
        ", in graph, node 0",
        "expected name in UTF-8");
    damaged(
        new RawMessage().with(1, new RawMessage().withHead(3, 1000)),
        8,
        ", in graph, node 0",
        "expected name of 1000 bytes, but only 0 are left");
    damaged(
        new RawMessage().with(1, new RawMessage().withHead(3, -1)),
        8,
        ", in graph, node 0",
        "expected name of 18446744073709551615 bytes, but only 0 are left");
    damaged(
        new RawMessage().with(1, new byte[] {0x0b}),
        8,
        ", in graph, node 0",
        "expected a field, found a group");
    damaged(
        new RawMessage().with(1, new byte[] {0x00}),
        8,
        ", in graph, node 0",
        "expected a field, found no number that a field has");
    damaged(
        new RawMessage().with(1, new RawMessage()), 8, ", in graph, node 0", "expected an op_type");
    assertThatThrownBy(
            () ->
                OnnxReader.parse(
                    "long",
                    RawModels.model(
                        new RawMessage().with(1, new RawMessage().with(3, "n".repeat(100_000))))))
        .hasMessage("long, graph, node 0: name of 100000 bytes, at most 65536 are read");
  }

  private static void damaged(RawMessage graph, int at, String place, String problem) {
    byte[] bytes = new RawMessage().with(1, 8).with(2, "").with(7, graph).toBytes();
    assertThatThrownBy(() -> OnnxReader.parse("hostile", bytes))
        .isInstanceOf(MalformedException.class)
        .hasMessageStartingWith("hostile: damaged at byte " + at + place + ": " + problem);
  }

  @Test
  void aModelCutAnywhereIsMalformedOrShorter() {
    byte[] bytes = OnnxWriter.write(SampleModel.dense());
    for (int length = 0; length < bytes.length; length++) {
      parses(Arrays.copyOf(bytes, length), "cut at " + length);
    }
  }

  @Test
  void changedBytesNeverSurprise() {
    byte[] bytes = OnnxWriter.write(SampleModel.dense());
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 50_000; i++) {
      byte[] changed = bytes.clone();
      for (int k = random.nextInt(1, 4); k > 0; k--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      parses(changed, "seed " + seed + ", case " + i);
    }
  }

  @Test
  void randomBytesNeverSurprise() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(64)];
      random.nextBytes(bytes);
      parses(bytes, "seed " + seed + ", case " + i);
    }
  }

  @Test
  void entriesAreCounted() {
    // a graph of two million empty nodes
    byte[] graph = new byte[4_000_000];
    for (int i = 0; i < graph.length; i += 2) {
      graph[i] = 0x0a;
    }
    assertThatThrownBy(() -> OnnxReader.parse("hostile", field(7, graph)))
        .isInstanceOf(MalformedException.class);
    byte[] node = new byte[4_000_000];
    for (int i = 0; i < node.length; i += 2) {
      node[i] = 0x0a;
    }
    assertThatThrownBy(() -> OnnxReader.parse("hostile", field(7, field(1, node))))
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining("more than 1048576");
  }

  @Test
  void everyKindOfTensorSurvivesRandomChanges() {
    RawMessage graph =
        RawModels.sumGraph(4)
            .with(5, RawModels.tensor("a", FLOAT, 2).with(4, new byte[8]))
            .with(5, RawModels.tensor("b", INT64, 2, 2).withPacked(7, 1, -1, 300, 4))
            .with(5, RawModels.tensor("c", UINT8, 3).withPacked(5, 1, 2, 255))
            .with(5, RawModels.tensor("d", 10, 1).with(9, new byte[2]))
            .with(5, RawModels.external("e", FLOAT, RawModels.entry("location", "w"), 1))
            .with(15, new RawMessage().with(1, RawModels.tensor("s", FLOAT, 1)))
            .with(13, value("h", new RawMessage().with(4, new RawMessage())))
            .with(
                1,
                new RawMessage()
                    .with(4, "Constant")
                    .with(5, attribute("value", 4).with(5, RawModels.tensor("t", BOOL, 1)))
                    .with(5, attribute("body", 5).with(6, RawModels.sumGraph(1))));
    byte[] bytes =
        RawModels.head().with(7, graph).with(25, new RawMessage().with(1, "F")).toBytes();
    for (int length = 0; length < bytes.length; length++) {
      parses(Arrays.copyOf(bytes, length), "cut at " + length);
    }
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] changed = bytes.clone();
      for (int k = random.nextInt(1, 5); k > 0; k--) {
        changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
      }
      byte[] cut =
          random.nextInt(4) == 0 ? Arrays.copyOf(changed, random.nextInt(changed.length)) : changed;
      parses(cut, "seed " + seed + ", case " + i);
    }
  }

  private static void parses(byte[] bytes, String what) {
    try {
      OnnxModel model = OnnxReader.parse("hostile", bytes);
      model.graph().initializers().forEach(tensor -> reads(tensor, what));
      model.graph().nodes().stream()
          .flatMap(node -> node.attributes().stream())
          .forEach(
              attribute -> {
                if (attribute instanceof OnnxAttribute.TensorValue value) {
                  reads(value.tensor(), what);
                }
              });
    } catch (MalformedException expected) {
      assertThat(expected).as(what).message().matches("(?s)hostile[:,] .+");
    } catch (RuntimeException e) {
      throw new AssertionError(what, e);
    }
  }

  private static void reads(OnnxTensor tensor, String what) {
    try {
      tensor.value();
    } catch (MalformedException expected) {
      assertThat(expected).as(what).message().matches("(?s)hostile(:|, graph, ).+");
    }
  }

  private static OnnxTensor initializer(byte[] tensor) {
    return OnnxReader.parse("hostile", field(7, field(5, tensor)))
        .graph()
        .initializers()
        .getFirst();
  }

  private static RawMessage typed(int type, long... dims) {
    return RawModels.tensor("w", type, dims);
  }

  private static Tensor read(RawMessage tensor) {
    return initializer(tensor.toBytes()).value();
  }

  private static void refused(RawMessage tensor, String problem) {
    OnnxTensor read = initializer(tensor.toBytes());
    assertThatThrownBy(read::value)
        .isInstanceOf(MalformedException.class)
        .hasMessageContaining(problem);
  }

  private static RawMessage attribute(String name, int type) {
    return new RawMessage().with(1, name).with(20, type);
  }

  private static RawMessage sequence(RawMessage element) {
    return new RawMessage().with(4, new RawMessage().with(1, element));
  }

  private static RawMessage optional(RawMessage content) {
    return new RawMessage().with(9, new RawMessage().with(1, content));
  }

  private static RawMessage value(String name, RawMessage type) {
    return new RawMessage().with(1, name).with(2, type);
  }

  static byte[] field(int number, byte[] content) {
    byte[] head = new byte[6];
    int at = 0;
    head[at++] = (byte) (number << 3 | 2);
    int length = content.length;
    for (; length > 127; length >>>= 7) {
      head[at++] = (byte) (length | 0x80);
    }
    head[at++] = (byte) length;
    byte[] field = Arrays.copyOf(head, at + content.length);
    System.arraycopy(content, 0, field, at, content.length);
    return field;
  }

  @Test
  void aTensorKeepsItsBits() {
    Tensor nan = Tensor.ofFloats(Shape.of(2), Float.intBitsToFloat(0x7fa00001), -0f);
    OnnxModel model =
        SampleModel.model(
            13,
            List.of(OnnxNode.of("Relu", List.of("x"), List.of("y"))),
            List.of(new OnnxTensor("c", nan)),
            OnnxValueInfo.of("x", ElementType.F32, Shape.of(1)),
            OnnxValueInfo.of("y", ElementType.F32, Shape.of(1)));
    OnnxModel read = OnnxReader.parse("bits", OnnxWriter.write(model));
    assertThat(read.graph().initializers().getFirst().value().bytes()).isEqualTo(nan.bytes());
  }
}
