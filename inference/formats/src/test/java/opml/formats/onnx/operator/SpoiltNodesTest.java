package opml.formats.onnx.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import opml.core.codec.MalformedException;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.cases.OperatorCase.Operand;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.Operator;
import opml.formats.refusal.ImportException;
import opml.kernels.catalog.PinnedPrograms;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Random nodes of every operator that somebody spoilt: wrong ranks and types, sizes that explode, indices out of
/// range, NaN and infinity among weights, attributes of any number and any kind, inputs that are missing or too many,
/// other versions, other bytes. Each is refused in words, or is a model that runs. `-Dopml.spoilt=N` tries more, of
/// another seed each time; there may still be one in ten thousand that an importer stumbles over.
class SpoiltNodesTest {
  private static final int CASES = Integer.getInteger("opml.spoilt", 3);

  private static final Duration SOON = Duration.ofMinutes(5);

  /// Larger models are imported, and not run.
  private static final double MOST_STEPS = 1e7;

  private static final int MOST_ELEMENTS = 4096;
  private static final int[] SIZES = {0, 1, 1, 2, 3, 4, 7, 33};

  private static final long[] EXTREMES = {
    0,
    1,
    -1,
    2,
    -2,
    3,
    7,
    255,
    1 << 16,
    -(1 << 16),
    1 << 24,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 31,
    1L << 32,
    1L << 40,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    Long.MIN_VALUE + 1
  };

  private static final float[] FLOATS = {
    0,
    -0f,
    1,
    -1,
    0.5f,
    -2.5f,
    1e-40f,
    1e10f,
    -1e30f,
    Float.MAX_VALUE,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.NaN
  };

  private static final String[] TEXTS = {
    "", "NOTSET", "SAME_UPPER", "VALID", "constant", "linear", "nearest", "none", "\u0000", "NaN"
  };

  private final long seed =
      Long.getLong(
          "opml.spoilt.seed", System.getProperty("opml.spoilt") == null ? 11 : System.nanoTime());
  private final SplittableRandom random = new SplittableRandom(seed);

  static List<Operator> operators() {
    return Operators.all();
  }

  @ParameterizedTest
  @MethodSource("operators")
  void aSpoiltNodeIsRefusedOrRuns(Operator operator) {
    String name = operator.declaration().fullName();
    CaseMaker make = new CaseMaker(seed, Declaration.MAX_OPSET, 1);
    for (int i = 0; i < CASES; i++) {
      OperatorCase one = operator.random(make);
      for (int faults = random.nextInt(1, 4); faults > 0; faults--) {
        one = spoilt(one);
      }
      OperatorCase asked = one;
      String what = "%s, seed %d, case %d: %s".formatted(name, seed, i, one);
      assertTimeoutPreemptively(SOON, () -> judge(name, asked, what), what);
    }
  }

  @ParameterizedTest
  @MethodSource("operators")
  void aNodeOfAFileWithOtherBytesIsRefusedOrRuns(Operator operator) {
    String name = operator.declaration().fullName();
    CaseMaker make = new CaseMaker(seed, Declaration.MAX_OPSET, 1);
    for (int i = 0; i < CASES; i++) {
      byte[] bytes = OnnxWriter.write(operator.random(make).model(name));
      for (int k = random.nextInt(1, 4); k > 0; k--) {
        int at = random.nextInt(bytes.length);
        bytes[at] =
            (byte)
                (random.nextBoolean() ? random.nextInt(256) : bytes[at] ^ 1 << random.nextInt(8));
      }
      byte[] cut =
          random.nextInt(16) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
      String what = "%s, seed %d, case %d".formatted(name, seed, i);
      assertTimeoutPreemptively(SOON, () -> judge(cut, Optional.empty(), what), what);
    }
  }

  private void judge(String name, OperatorCase one, String what) {
    OnnxModel model = one.model(name);
    boolean explodes = random.nextInt(8) == 0;
    judge(
        OnnxWriter.write(explodes ? exploded(model) : model),
        explodes ? Optional.empty() : Optional.of(one.inputs()),
        what);
  }

  /// @param inputs of the model; bytes of chance where there are none
  private void judge(byte[] file, Optional<Map<String, Tensor>> inputs, String what) {
    try {
      Graph graph = OnnxImporter.of("hostile", OnnxReader.parse("hostile", file));
      Model model = Model.of(graph, PinnedPrograms::of);
      if (model.mostSteps() <= MOST_STEPS) {
        run(graph, inputs);
      }
    } catch (MalformedException | ImportException expected) {
      assertThat(expected).as(what).hasMessageStartingWith("hostile");
    } catch (IllegalArgumentException e) {
      // from Model.of: a node or an output that no descriptor holds
      assertThat(e).as(what).hasMessageMatching("(?s).*(outputBytes|may execute).*");
    } catch (RuntimeException e) {
      throw new AssertionError(what, e);
    }
  }

  private void run(Graph graph, Optional<Map<String, Tensor>> inputs) {
    MemorySegment input =
        inputs.map(graph.input()::pack).orElseGet(() -> chance(graph.input().bytes()));
    GraphRunner runner =
        GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable());
    assertThat(runner.run(input)).isNotNull();
  }

  private MemorySegment chance(long size) {
    byte[] bytes = new byte[Math.toIntExact(size)];
    random.nextBytes(bytes);
    return Tensor.allocate(size).copyFrom(MemorySegment.ofArray(bytes));
  }

  // ------------------------------------------------------------------ faults

  private OperatorCase spoilt(OperatorCase one) {
    List<Operand> operands = new ArrayList<>(one.operands());
    List<OnnxAttribute> attributes = new ArrayList<>(one.attributes());
    int opset = one.opset();
    int outputs = one.outputs();
    switch (random.nextInt(10)) {
      case 0 -> opset = random.nextInt(1, Declaration.MAX_OPSET + 2);
      case 1 -> outputs = random.nextInt(1, 6);
      case 2 -> spoilNumber(operands);
      case 3, 4, 5 -> spoilAttribute(attributes);
      default -> spoilOperand(operands);
    }
    return new OperatorCase(opset, operands, attributes, outputs);
  }

  private void spoilNumber(List<Operand> operands) {
    int place = random.nextInt(operands.size() + 1);
    switch (random.nextInt(3)) {
      case 0 -> operands.add(place, new Operand.Absent());
      case 1 -> operands.add(place, new Operand.Given(values(ElementType.F32, shape())));
      default -> {
        if (place < operands.size()) {
          operands.remove(place);
        }
      }
    }
  }

  private void spoilOperand(List<Operand> operands) {
    if (operands.isEmpty()) {
      return;
    }
    int place = random.nextInt(operands.size());
    Optional<Tensor> value =
        switch (operands.get(place)) {
          case Operand.Given(Tensor given) -> Optional.of(given);
          case Operand.Constant(Tensor constant) -> Optional.of(constant);
          case Operand.Absent() -> Optional.empty();
        };
    Tensor before = value.orElseGet(() -> values(ElementType.F32, shape()));
    Tensor after =
        switch (random.nextInt(5)) {
          case 0 -> values(before.type(), shape());
          case 1 -> values(type(), before.shape());
          case 2 -> values(before.type(), before.shape());
          case 3 -> some(before);
          default -> before;
        };
    boolean given = operands.get(place) instanceof Operand.Given;
    boolean turned = random.nextInt(3) == 0;
    operands.set(place, given != turned ? new Operand.Given(after) : new Operand.Constant(after));
  }

  private void spoilAttribute(List<OnnxAttribute> attributes) {
    if (attributes.isEmpty()) {
      return;
    }
    int place = random.nextInt(attributes.size());
    OnnxAttribute before = attributes.get(place);
    String name = before.name();
    switch (random.nextInt(8)) {
      case 0 -> attributes.remove(place);
      case 1 -> attributes.add(before);
      case 2 -> attributes.set(place, any(name));
      default ->
          attributes.set(
              place,
              switch (before) {
                case OnnxAttribute.IntValue _ -> new OnnxAttribute.IntValue(name, extreme());
                case OnnxAttribute.Ints(String _, List<Long> all) ->
                    new OnnxAttribute.Ints(name, integers(all));
                case OnnxAttribute.FloatValue _ -> new OnnxAttribute.FloatValue(name, real());
                case OnnxAttribute.Floats(String _, List<Float> all) ->
                    new OnnxAttribute.Floats(name, reals(all.size() + random.nextInt(-1, 2)));
                case OnnxAttribute.Text _ -> new OnnxAttribute.Text(name, text());
                case OnnxAttribute.TensorValue _ ->
                    new OnnxAttribute.TensorValue(name, values(type(), shape()));
                default -> any(name);
              });
    }
  }

  private OnnxAttribute any(String name) {
    return switch (random.nextInt(6)) {
      case 0 -> new OnnxAttribute.IntValue(name, extreme());
      case 1 -> new OnnxAttribute.Ints(name, integers(List.of(1L, 1L)));
      case 2 -> new OnnxAttribute.FloatValue(name, real());
      case 3 -> new OnnxAttribute.Floats(name, reals(random.nextInt(4)));
      case 4 -> new OnnxAttribute.Text(name, text());
      default -> new OnnxAttribute.TensorValue(name, values(type(), shape()));
    };
  }

  /// {@return a list of which one number is another, or which is shorter or longer}
  private List<Long> integers(List<Long> before) {
    List<Long> all = new ArrayList<>(before);
    int place = random.nextInt(all.size() + 1);
    if (place == all.size() || random.nextInt(4) == 0) {
      all.add(place, extreme());
    } else if (random.nextInt(4) == 0) {
      all.remove(place);
    } else {
      all.set(place, extreme());
    }
    return all;
  }

  private List<Float> reals(int count) {
    List<Float> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(real());
    }
    return all;
  }

  private long extreme() {
    return random.nextInt(3) == 0
        ? random.nextInt(-9, 10)
        : EXTREMES[random.nextInt(EXTREMES.length)];
  }

  private float real() {
    return FLOATS[random.nextInt(FLOATS.length)];
  }

  private String text() {
    return TEXTS[random.nextInt(TEXTS.length)];
  }

  private ElementType type() {
    List<ElementType> types = ElementType.computed();
    return types.get(random.nextInt(types.size()));
  }

  private Shape shape() {
    int rank = random.nextInt(16) == 0 ? Shape.MAX_RANK : random.nextInt(6);
    List<Integer> dims = new ArrayList<>();
    long count = 1;
    for (int i = 0; i < rank; i++) {
      int size = SIZES[random.nextInt(SIZES.length)];
      size = count * size > MOST_ELEMENTS ? 1 : size;
      count *= Math.max(1, size); // a tensor counts its elements as if none of its sizes were 0
      dims.add(size);
    }
    return new Shape(dims);
  }

  private Tensor values(ElementType type, Shape shape) {
    return spoilt(Tensor.zero(type, shape), 1);
  }

  private Tensor some(Tensor before) {
    return spoilt(before, 4);
  }

  /// {@return the tensor with one element in so many another one}
  private Tensor spoilt(Tensor before, int of) {
    byte[] bytes = before.bytes();
    int size = before.type().bytes();
    for (int i = 0; i < before.shape().count(); i++) {
      if (random.nextInt(of) == 0) {
        long bits =
            switch (before.type()) {
              case F32 -> Float.floatToIntBits(real());
              case F64 -> Double.doubleToLongBits(real());
              case F16 -> Float.floatToFloat16(real());
              case BF16 -> Float.floatToIntBits(real()) >>> Short.SIZE;
              case BOOL -> random.nextInt(2);
              default -> extreme();
            };
        for (int b = 0; b < size; b++) {
          bytes[i * size + b] = (byte) (bits >> Byte.SIZE * b);
        }
      }
    }
    return Tensor.ofBytes(before.type(), before.shape(), bytes);
  }

  /// {@return the model, its inputs declared with other sizes}
  private OnnxModel exploded(OnnxModel model) {
    OnnxGraph graph = model.graph();
    List<OnnxValueInfo> inputs = graph.inputs().stream().map(this::exploded).toList();
    return new OnnxModel(
        model.irVersion(),
        model.producerName(),
        model.opsets(),
        new OnnxGraph(graph.name(), graph.nodes(), graph.initializers(), inputs, graph.outputs()));
  }

  private OnnxValueInfo exploded(OnnxValueInfo input) {
    return new OnnxValueInfo(
        input.name(),
        input.elementType(),
        input
            .dims()
            .map(
                dims ->
                    dims.stream()
                        .map(dim -> random.nextBoolean() ? dim : OptionalLong.of(extreme()))
                        .toList()));
  }
}
