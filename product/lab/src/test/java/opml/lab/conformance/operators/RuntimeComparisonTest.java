package opml.lab.conformance.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import opml.engine.graph.Graph;
import opml.engine.graph.Port;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.cases.OperatorCase.Operand;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.file.OnnxWriter;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.operator.Operators;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Random nodes of operators that ONNX's own tests do not have, beside ONNX Runtime: skipped where its Java binding is
/// not there, which `./opml bench engine` fetches. `-Dopml.runtime.cases=N` tries more nodes.
///
/// Numbers are tame here: what comes of infinities and of NaN is not what ONNX Runtime defines.
class RuntimeComparisonTest {
  private static final int CASES = Integer.getInteger("opml.runtime.cases", 30);

  /// The last version of ONNX's operator set that ONNX Runtime says to have.
  private static final int LAST_OPSET = 24;

  private static final Path JAR = Path.of("../../target/peers/onnxruntime.jar");

  /// ONNX Runtime's quantised softmax takes the greatest exponential to be this part of 2^32 over the number of
  /// elements, so that the sum does not wrap; its product with the reciprocal of the output's scale may.
  private static final double SOFTMAX_RESERVE = StrictMath.exp(3);

  private static final int AXIS_ALONE_SINCE = 13;

  private final long seed = Long.getLong("opml.runtime.seed", System.nanoTime());

  @TestFactory
  Stream<DynamicTest> operatorsGiveWhatOnnxRuntimeGives() {
    assumeTrue(
        Files.isRegularFile(JAR),
        "SKIPPED: no ONNX Runtime at " + JAR + "; ./opml bench engine fetches it");
    RuntimeOracle oracle = new RuntimeOracle(JAR);
    return Operators.all().stream()
        .filter(RuntimeComparisonTest::isCompared)
        .map(
            operator ->
                DynamicTest.dynamicTest(
                    operator.declaration().fullName(), () -> compare(oracle, operator)));
  }

  static boolean isCompared(Operator operator) {
    String name = operator.declaration().fullName();
    return name.startsWith("com.microsoft.") && !name.endsWith(".QLinearReduceMean")
        || List.of(
                "Attention",
                "DequantizeLinear",
                "QLinearConv",
                "QuantizeLinear",
                "RMSNormalization",
                "RotaryEmbedding",
                "SimplifiedLayerNormalization",
                "Swish",
                "TensorScatter")
            .contains(name);
  }

  private void compare(RuntimeOracle oracle, Operator operator) {
    Tally tally = tally(oracle, operator, seed, CASES);
    assertThat(tally.differences())
        .as("%s, seed %d", operator.declaration().fullName(), seed)
        .isEmpty();
    assertThat(tally.compared())
        .as(
            "%s: nothing compared, refusals %s",
            operator.declaration().fullName(), tally.refusals())
        .isPositive();
  }

  /// @param refusals of ONNX Runtime, and how often
  record Tally(int compared, List<String> differences, Map<String, Integer> refusals) {}

  static Tally tally(RuntimeOracle oracle, Operator operator, long seed, int cases) {
    String name = operator.declaration().fullName();
    CaseMaker make = new CaseMaker(seed, LAST_OPSET, 1);
    SplittableRandom random = new SplittableRandom(seed);
    int compared = 0;
    List<String> differences = new ArrayList<>();
    Map<String, Integer> refusals = new TreeMap<>();
    for (int i = 0; i < cases; i++) {
      OperatorCase one = tame(operator, operator.random(make), random);
      if (isOther(operator, one)) {
        continue;
      }
      OnnxModel model = one.model(name);
      Graph graph = OnnxImporter.of(name, OnnxReader.parse(name, OnnxWriter.write(model)));
      List<Port.Part> parts = graph.output().parts();
      List<String> outputs = parts.stream().map(Port.Part::name).toList();
      RuntimeOracle.Answer answer =
          oracle.run(OnnxWriter.write(typed(model, parts)), one.inputs(), outputs);
      switch (answer) {
        case RuntimeOracle.Answer.Refusal(String why) -> refusals.merge(why, 1, Integer::sum);
        case RuntimeOracle.Answer.Outputs(List<Tensor> expected) -> {
          compared++;
          Map<String, Tensor> ours = run(graph, one);
          for (int o = 0; o < outputs.size(); o++) {
            Optional<String> difference =
                difference(
                    defined(operator, one, o, ours.get(outputs.get(o))),
                    defined(operator, one, o, expected.get(o)));
            int output = o;
            int number = i;
            difference.ifPresent(
                line ->
                    differences.add(
                        "case %d, output %d: %s; %s"
                            .formatted(number, output, line, describe(one))));
          }
        }
      }
    }
    return new Tally(compared, differences, refusals);
  }

  private static String describe(OperatorCase one) {
    return "opset %d, %s, %s"
        .formatted(
            one.opset(),
            one.operands().stream()
                .map(
                    operand ->
                        switch (operand) {
                          case Operand.Given(Tensor t) -> t.type().label() + " " + t.shape();
                          case Operand.Constant(Tensor t)
                              when t.shape().rank() == 0 && t.type() == ElementType.F32 ->
                              t.type().label() + " " + t.real(0);
                          case Operand.Constant(Tensor t) ->
                              "=" + t.type().label() + " " + t.shape();
                          case Operand.Absent() -> "none";
                        })
                .toList(),
            one.attributes());
  }

  private static OnnxModel typed(OnnxModel model, List<Port.Part> parts) {
    OnnxGraph graph = model.graph();
    List<OnnxValueInfo> outputs =
        parts.stream()
            .map(
                part ->
                    new OnnxValueInfo(
                        part.name(), OnnxType.of(part.type()).code(), Optional.empty()))
            .toList();
    return new OnnxModel(
        model.irVersion(),
        model.producerName(),
        model.opsets(),
        new OnnxGraph(graph.name(), graph.nodes(), graph.initializers(), graph.inputs(), outputs));
  }

  private static Map<String, Tensor> run(Graph graph, OperatorCase one) {
    GraphRunner runner =
        GraphRunner.natively(graph, KernelProvider.reference(), NodeRunner.unavailable());
    return switch (runner.run(graph.input().pack(one.inputs()))) {
      case GraphRunner.Result.Finished(Tensor output) -> graph.output().unpack(output.data());
      case GraphRunner.Result.Failed(int node) -> throw new AssertionError(node + " failed");
    };
  }

  /// {@return whether ONNX Runtime does otherwise than ONNX says}: it pads by less than nothing, or overflows
  private static boolean isOther(Operator operator, OperatorCase one) {
    return switch (operator.declaration().name()) {
      case "NhwcMaxPool" ->
          one.attributes().stream().anyMatch(attribute -> attribute.name().equals("auto_pad"));
      case "QLinearSoftmax" ->
          one.operands().get(3) instanceof Operand.Constant(Tensor scale)
              && Math.floor(1 / Math.abs(scale.real(0))) >= SOFTMAX_RESERVE * softmaxLength(one);
      case "QLinearAveragePool" -> hasGapsInSamePads(one);
      default -> false;
    };
  }

  private static long softmaxLength(OperatorCase one) {
    List<Integer> dims =
        one.operands().getFirst() instanceof Operand.Given(Tensor x)
            ? x.shape().dims()
            : List.of(1);
    boolean alone = integer(one, "opset").orElseThrow() >= AXIS_ALONE_SINCE;
    int axis = Math.floorMod(integer(one, "axis").orElse(alone ? -1L : 1L), dims.size());
    return alone
        ? dims.get(axis)
        : dims.subList(axis, dims.size()).stream()
            .mapToLong(Integer::longValue)
            .reduce(1, Math::multiplyExact);
  }

  private static Optional<Long> integer(OperatorCase one, String name) {
    return one.attributes().stream()
        .flatMap(
            attribute ->
                attribute instanceof OnnxAttribute.IntValue(String called, long value)
                        && called.equals(name)
                    ? Stream.of(value)
                    : Stream.empty())
        .findFirst();
  }

  /// {@return whether a window steps over pixels where its pads follow from its place}: ONNX has none then
  /// (`convPoolShapeInference` takes nothing for what would be less), ONNX Runtime's quantised pool less than none
  private static boolean hasGapsInSamePads(OperatorCase one) {
    boolean same =
        one.attributes().stream()
            .anyMatch(
                attribute ->
                    attribute instanceof OnnxAttribute.Text(String name, String text)
                        && name.equals("auto_pad")
                        && text.startsWith("SAME"));
    List<Long> kernel = integers(one, "kernel_shape");
    List<Long> strides = integers(one, "strides");
    return same && IntStream.range(0, strides.size()).anyMatch(i -> strides.get(i) > kernel.get(i));
  }

  private static List<Long> integers(OperatorCase one, String name) {
    return one.attributes().stream()
        .flatMap(
            attribute ->
                attribute instanceof OnnxAttribute.Ints(String called, List<Long> values)
                        && called.equals(name)
                    ? values.stream()
                    : Stream.empty())
        .toList();
  }

  /// {@return an output with zeros where ONNX Runtime says nothing of it}: in a cache, behind the last key of each
  /// sequence
  private static Tensor defined(Operator operator, OperatorCase one, int output, Tensor value) {
    boolean isCache = operator.declaration().name().equals("GroupQueryAttention") && output > 0;
    if (!isCache || !(one.operands().get(5) instanceof Operand.Given(Tensor last))) {
      return value;
    }
    byte[] bytes = value.bytes();
    List<Integer> dims = value.shape().dims(); // batch, heads, places, width
    int row = dims.get(3) * value.type().bytes();
    for (int i = 0; i < dims.get(0) * dims.get(1); i++) {
      int used = (int) last.integer(i / dims.get(1)) + 1;
      Arrays.fill(bytes, (i * dims.get(2) + used) * row, (i + 1) * dims.get(2) * row, (byte) 0);
    }
    return Tensor.ofBytes(value.type(), value.shape(), bytes);
  }

  /// {@return the same node, its floats between -4 and 4, of a late version of ONNX's operator set if its own is
  /// another}
  private static OperatorCase tame(Operator operator, OperatorCase one, SplittableRandom random) {
    return new OperatorCase(
        operator.declaration().domain().isEmpty() ? one.opset() : LAST_OPSET,
        one.operands().stream()
            .map(
                operand ->
                    switch (operand) {
                      case Operand.Given(Tensor value) -> new Operand.Given(tame(value, random));
                      case Operand.Constant(Tensor value) ->
                          new Operand.Constant(tame(value, random));
                      case Operand.Absent() -> operand;
                    })
            .toList(),
        one.attributes(),
        one.outputs());
  }

  private static Tensor tame(Tensor value, SplittableRandom random) {
    if (!value.type().isFloat()) {
      return value;
    }
    byte[] bytes = value.bytes();
    int size = value.type().bytes();
    for (int i = 0; i < value.shape().count(); i++) {
      double number = value.real(i);
      boolean isTame = Math.abs(number) <= 4 && Math.abs(number) >= 1e-3 || number == 0;
      if (!isTame) {
        double other = random.nextInt(-32, 33) / 16.0;
        long bits =
            switch (value.type()) {
              case F32 -> Float.floatToIntBits((float) other);
              case F64 -> Double.doubleToLongBits(other);
              case F16 -> Float.floatToFloat16((float) other);
              case BF16 -> Float.floatToIntBits((float) other) >>> 16;
              default -> throw new IllegalStateException();
            };
        for (int b = 0; b < size; b++) {
          bytes[i * size + b] = (byte) (bits >> 8 * b);
        }
      }
    }
    return Tensor.ofBytes(value.type(), value.shape(), bytes);
  }

  private static Optional<String> difference(Tensor ours, Tensor theirs) {
    // its binding takes numbers without a sign for those with one
    boolean isShort = ours.type() == ElementType.U16 && theirs.type() == ElementType.I16;
    if (ours.type() != theirs.type() && !isShort || !ours.shape().equals(theirs.shape())) {
      return Optional.of(
          "%s %s, not %s %s"
              .formatted(ours.type().label(), ours.shape(), theirs.type().label(), theirs.shape()));
    }
    double relative =
        switch (ours.type()) {
          case F16 -> 8e-3;
          case BF16 -> 6e-2;
          default -> 2e-4;
        };
    for (int i = 0; i < ours.shape().count(); i++) {
      boolean isFloat = ours.type().isFloat();
      double a = isFloat ? ours.real(i) : ours.integer(i);
      double b = isFloat ? theirs.real(i) : theirs.integer(i) & (isShort ? 0xffff : -1);
      // bytes of numbers that lie in the middle between two
      boolean isByte = ours.type().bytes() <= 2;
      double most = isFloat ? relative * (1 + Math.abs(b)) : isByte ? 1 : 0;
      // where nothing is to be seen, it has the least number in place of -infinity
      boolean hidden = a == Double.NEGATIVE_INFINITY && (b == -65504 || b == -Float.MAX_VALUE);
      if (!(Math.abs(a - b) <= most)
          && a != b
          && !hidden
          && !(Double.isNaN(a) && Double.isNaN(b))) {
        return Optional.of("element %d is %s, not %s".formatted(i, a, b));
      }
    }
    return Optional.empty();
  }
}
