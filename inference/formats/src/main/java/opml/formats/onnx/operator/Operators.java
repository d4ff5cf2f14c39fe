package opml.formats.onnx.operator;

import static java.util.stream.Collectors.toUnmodifiableMap;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import opml.formats.onnx.node.Operator;
import org.jspecify.annotations.Nullable;

/// The operators that we import, in their inference forms: of ONNX's own operator set, and of a few others.
public final class Operators {
  private static final List<Operator> ALL =
      Stream.of(
              elements(),
              movement(),
              products(),
              windows(),
              normalisation(),
              selection(),
              sequences(),
              numbersAndShapes(),
              attention(),
              fused())
          .flatMap(Function.identity())
          .sorted(Comparator.comparing(one -> one.declaration().fullName()))
          .toList();

  private static final Map<String, Operator> BY_TYPE =
      ALL.stream()
          .collect(toUnmodifiableMap(one -> one.declaration().fullName(), Function.identity()));

  private Operators() {}

  /// Of single elements.
  private static Stream<Operator> elements() {
    return Stream.of(
            of(ActivationOperator.values()),
            of(CastOperator.values()),
            of(ComparisonOperator.values()),
            of(ElementwiseOperator.values()),
            of(FloatTestOperator.values()),
            of(FunctionOperator.values()),
            of(LogicOperator.values()),
            of(SeveralOperator.values()),
            Stream.of(
                new BitShiftOperator(),
                new ClipOperator(),
                new DropoutOperator(),
                new IdentityOperator(),
                new ModOperator(),
                new PowOperator(),
                new PReluOperator(),
                new ReluOperator(),
                new WhereOperator()))
        .flatMap(Function.identity());
  }

  /// Of elements' places.
  private static Stream<Operator> movement() {
    return Stream.of(
            of(BlockMoveOperator.values()),
            of(SqueezeOperator.values()),
            Stream.of(
                new ConcatOperator(),
                new ExpandOperator(),
                new FlattenOperator(),
                new PadOperator(),
                new ReshapeOperator(),
                new SliceOperator(),
                new SplitOperator(),
                new TileOperator(),
                new TransposeOperator()))
        .flatMap(Function.identity());
  }

  /// Of what is along axes, and of elements that others choose.
  private static Stream<Operator> selection() {
    return Stream.of(
            of(ArgOperator.values()),
            of(CountedOperator.values()),
            of(GatherOperator.values()),
            of(RandomOperator.values()),
            of(ReduceOperator.values()),
            of(RunningOperator.values()),
            of(ScatterOperator.values()),
            of(SoftmaxOperator.values()),
            Stream.of(
                new DetOperator(),
                new EinsumOperator(),
                new EyeLikeOperator(),
                new OneHotOperator(),
                new RangeOperator(),
                new ReverseSequenceOperator(),
                new TfIdfOperator(),
                new TopKOperator(),
                new TriangleOperator()))
        .flatMap(Function.identity());
  }

  private static Stream<Operator> products() {
    return Stream.of(
            of(IntegerProductOperator.values()),
            Stream.of(
                new ConvOperator(),
                new ConvTransposeOperator(),
                new DeformConvOperator(),
                new GemmOperator(),
                new MatMulOperator(),
                new QLinearConvOperator(),
                new QLinearMatMulOperator()))
        .flatMap(Function.identity());
  }

  /// Of windows in images.
  private static Stream<Operator> windows() {
    return Stream.of(
            of(GlobalPoolOperator.values()),
            of(RegionOperator.values()),
            of(ResizeOperator.values()),
            Stream.of(
                new AffineGridOperator(),
                new CenterCropPadOperator(),
                new Col2ImOperator(),
                new GridSampleOperator(),
                new PoolOperator(PoolOperator.Kind.AVERAGE),
                new PoolOperator(PoolOperator.Kind.MAXIMUM),
                new PoolOperator(PoolOperator.Kind.NORM),
                new MaxUnpoolOperator()))
        .flatMap(Function.identity());
  }

  private static Stream<Operator> normalisation() {
    return Stream.of(
            of(AxisNormalisationOperator.values()),
            of(LossOperator.values()),
            of(RowNormalisationOperator.values()),
            Stream.of(new BatchNormalisationOperator()))
        .flatMap(Function.identity());
  }

  /// Of sequences and signals, and steps of training.
  private static Stream<Operator> sequences() {
    return Stream.of(
            of(RecurrentOperator.values()),
            of(SignalWindowOperator.values()),
            of(TrainingOperator.values()),
            Stream.of(new DftOperator(), new MelWeightMatrixOperator(), new StftOperator()))
        .flatMap(Function.identity());
  }

  /// Of language models.
  private static Stream<Operator> attention() {
    return Stream.of(
            of(FusedAttentionOperator.values()),
            of(RotaryOperator.values()),
            of(SkipNormalisationOperator.values()),
            Stream.of(
                new AttentionOperator(),
                new GroupQueryAttentionOperator(),
                new TensorScatterOperator()))
        .flatMap(Function.identity());
  }

  /// What ONNX Runtime fuses and quantises.
  private static Stream<Operator> fused() {
    return Stream.of(
            of(FusedActivationOperator.values()),
            of(QLinearOperator.values()),
            of(ScaledProductOperator.values()),
            Stream.of(
                new ChannelsLastPoolOperator(),
                new FusedConvOperator(),
                new FusedMatMulOperator(),
                new MatMulNBitsOperator()))
        .flatMap(Function.identity());
  }

  private static Stream<Operator> numbersAndShapes() {
    return Stream.of(
            of(DequantizeOperator.values()),
            of(QuantizeOperator.values()),
            of(ShapeOperator.values()),
            Stream.of(
                new BitCastOperator(),
                new ConstantOperator(),
                new ConstantOfShapeOperator(),
                new DynamicQuantizeOperator()))
        .flatMap(Function.identity());
  }

  private static Stream<Operator> of(Operator[] all) {
    return Arrays.stream(all);
  }

  /// {@return all of them, by their names}
  public static List<Operator> all() {
    return ALL;
  }

  /// {@return the importer of an operator, if we have it}
  public static Optional<Operator> find(String domain, String opType) {
    @Nullable Operator operator = BY_TYPE.get(isOnnx(domain) ? opType : domain + "." + opType);
    return Optional.ofNullable(operator);
  }

  /// {@return whether a domain is ONNX's own, which has two names}
  public static boolean isOnnx(String domain) {
    return domain.isEmpty() || domain.equals("ai.onnx");
  }
}
