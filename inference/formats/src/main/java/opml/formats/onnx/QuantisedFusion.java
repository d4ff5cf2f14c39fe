package opml.formats.onnx;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import opml.core.codec.MalformedException;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute;
import opml.formats.onnx.file.OnnxGraph;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxTensor;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.onnx.operator.Operators;
import org.jspecify.annotations.Nullable;

/// Convolutions of a graph that stand between DequantizeLinear and QuantizeLinear, as quantisers of the form QDQ write
/// them, become QLinearConv, which is what they mean: its products are those of the 8-bit integers, and its result is
/// rounded once. That is a rule of the import (`spec/graph.md`), and so a part of what the model's identity follows
/// from.
///
/// A convolution becomes one if all of this holds; else it stays as it is:
///
/// - x and w, and the bias if there is one, are results of DequantizeLinear; scales and zero points, w and the bias
///   before that are initialisers;
/// - the scale and zero point of x are one number each; w, of int8 or uint8, has one or one for each output channel,
///   and its zero points are equal;
/// - the bias is int32, its zero points are 0, and its scale is the float product of those of x and w, for each
///   channel;
/// - QuantizeLinear to int8 or uint8, with one scale and zero point, is all that reads the convolution;
/// - no accumulator can overflow.
final class QuantisedFusion {
  private static final String BEFORE = "DequantizeLinear";
  private static final String CONVOLUTION = "Conv";
  private static final String AFTER = "QuantizeLinear";
  private static final String WHOLE = "QLinearConv";

  /// Of which none may be a function of the model.
  private static final Set<String> NAMES = Set.of(BEFORE, CONVOLUTION, AFTER, WHOLE);

  private static final int INPUTS = 3;
  private static final int MOST_PRODUCT = 255 * 255;

  private final OnnxGraph graph;
  private final Map<String, OnnxTensor> initializers = new HashMap<>();
  private final Map<String, Integer> producers = new HashMap<>();
  private final Map<String, Integer> readers = new HashMap<>();
  private final Map<String, Integer> reads = new HashMap<>();

  private QuantisedFusion(OnnxGraph graph) {
    this.graph = graph;
    graph.initializers().forEach(one -> initializers.putIfAbsent(one.name(), one));
    graph.sparseInitializers().forEach(initializers::remove);
    for (int i = 0; i < graph.nodes().size(); i++) {
      for (String output : graph.nodes().get(i).outputs()) {
        producers.putIfAbsent(output, i);
      }
      for (String input : Renaming.read(graph.nodes().get(i))) {
        readers.putIfAbsent(input, i);
        reads.merge(input, 1, Integer::sum);
      }
    }
    for (OnnxValueInfo output : graph.outputs()) {
      reads.merge(output.name(), 1, Integer::sum);
    }
  }

  /// {@return a model's graph with convolutions of bytes in place of those that stand for them}
  static OnnxGraph of(OnnxModel model) {
    boolean quantises = model.graph().nodes().stream().anyMatch(node -> is(node, AFTER));
    boolean others =
        model.functions().stream()
            .filter(function -> Operators.isOnnx(function.domain()))
            .anyMatch(function -> NAMES.contains(function.name()));
    return quantises && !others ? new QuantisedFusion(model.graph()).fused() : model.graph();
  }

  private OnnxGraph fused() {
    Map<Integer, OnnxNode> changed = new HashMap<>();
    Set<Integer> dropped = new HashSet<>();
    for (int i = 0; i < graph.nodes().size(); i++) {
      OnnxNode conv = graph.nodes().get(i);
      if (is(conv, CONVOLUTION) && conv.outputs().size() == 1) {
        @Nullable Integer reader = readers.get(conv.outputs().getFirst());
        if (reader != null && reads.getOrDefault(conv.outputs().getFirst(), 0) == 1) {
          Optional<OnnxNode> one = fused(conv, graph.nodes().get(reader));
          if (one.isPresent()) {
            changed.put(reader, one.get());
            dropped.add(i);
          }
        }
      }
    }
    List<OnnxNode> nodes = new ArrayList<>();
    for (int i = 0; i < graph.nodes().size(); i++) {
      if (!dropped.contains(i)) {
        nodes.add(changed.getOrDefault(i, graph.nodes().get(i)));
      }
    }
    return new OnnxGraph(
        graph.name(),
        nodes,
        graph.initializers(),
        graph.inputs(),
        graph.outputs(),
        graph.values(),
        graph.sparseInitializers());
  }

  private Optional<OnnxNode> fused(OnnxNode conv, OnnxNode after) {
    if (conv.inputs().size() < 2 || conv.inputs().size() > INPUTS || !is(after, AFTER)) {
      return Optional.empty();
    }
    boolean hasBias = conv.inputs().size() == INPUTS && !conv.inputs().getLast().isEmpty();
    Optional<Scaled> x = dequantised(conv.inputs().get(0)).filter(Scaled::isSingle);
    Optional<Scaled> w = dequantised(conv.inputs().get(1)).filter(this::isWeight);
    Optional<Scaled> y = scaled(after).filter(Scaled::isSingle);
    if (x.isEmpty() || w.isEmpty() || y.isEmpty() || after.outputs().size() != 1) {
      return Optional.empty();
    }
    List<String> inputs = new ArrayList<>(x.get().inputs);
    inputs.addAll(w.get().inputs);
    inputs.addAll(y.get().inputs.subList(1, INPUTS));
    OnnxTensor weights = initializers.get(w.get().value());
    if (weights == null) {
      return Optional.empty();
    }
    List<Long> dims = weights.dims();
    long most = dims.stream().skip(1).reduce(1L, Math::multiplyExact) * MOST_PRODUCT;
    if (hasBias) {
      Optional<OnnxNode> node = dequantiser(conv.inputs().getLast());
      Optional<Tensor> bias = node.flatMap(one -> bias(one, x.get(), w.get(), dims.getFirst()));
      if (bias.isEmpty()) {
        return Optional.empty();
      }
      most += Arrays.stream(bias.get().integers()).map(Math::abs).max().orElse(0);
      inputs.add(node.get().inputs().getFirst());
    }
    if (most > Integer.MAX_VALUE) {
      return Optional.empty();
    }
    return Optional.of(
        new OnnxNode(conv.name(), WHOLE, "", inputs, after.outputs(), conv.attributes()));
  }

  /// A node between bytes and floats with what it is told by constants.
  ///
  /// @param inputs names of a value, its scale and its zero point
  private record Scaled(List<String> inputs, float[] scales, long[] zeros, OnnxNode node) {
    boolean isSingle() {
      return scales.length == 1 && zeros.length == 1;
    }

    String value() {
      return inputs.getFirst();
    }
  }

  private Optional<Scaled> dequantised(String value) {
    return dequantiser(value).flatMap(this::scaled);
  }

  private Optional<OnnxNode> dequantiser(String value) {
    return Optional.ofNullable(producers.get(value))
        .map(graph.nodes()::get)
        .filter(node -> is(node, BEFORE) && node.outputs().size() == 1);
  }

  /// {@return what a node of either kind is told, if its zero points are 8-bit integers and its scales make sense}
  private Optional<Scaled> scaled(OnnxNode node) {
    boolean ordinary = node.attributes().stream().allMatch(one -> one.name().equals("axis"));
    if (node.inputs().size() != INPUTS || !ordinary) {
      return Optional.empty();
    }
    Optional<Tensor> scales = constant(node.inputs().get(1), ElementType.F32);
    Optional<Tensor> zeros =
        constant(node.inputs().get(2), ElementType.U8)
            .or(() -> constant(node.inputs().get(2), ElementType.I8));
    if (scales.isEmpty() || zeros.isEmpty()) {
      return Optional.empty();
    }
    for (float scale : scales.get().floats()) {
      if (!(scale > 0) || Float.isInfinite(scale)) {
        return Optional.empty();
      }
    }
    return Optional.of(
        new Scaled(node.inputs(), scales.get().floats(), zeros.get().integers(), node));
  }

  private boolean isWeight(Scaled w) {
    @Nullable OnnxTensor tensor = initializers.get(w.value());
    if (tensor == null || tensor.dims().size() < 3 || tensor.dims().size() > 4) {
      return false; // three spatial axes are not supported
    }
    if (tensor.dims().stream().anyMatch(dim -> dim < 1 || dim > Short.MAX_VALUE)) {
      return false;
    }
    boolean perChannel = w.scales.length == tensor.dims().getFirst() && hasAxis(w.node, 0);
    return (w.isSingle() || perChannel && w.zeros.length == w.scales.length)
        && Arrays.stream(w.zeros).allMatch(zero -> zero == w.zeros[0]);
  }

  private static boolean hasAxis(OnnxNode node, long axis) {
    return node.attributes().stream()
        .anyMatch(one -> one instanceof OnnxAttribute.IntValue(_, long value) && value == axis);
  }

  private Optional<Tensor> bias(OnnxNode node, Scaled x, Scaled w, long channels) {
    boolean ordinary = node.attributes().stream().allMatch(one -> one.name().equals("axis"));
    if (!ordinary || node.inputs().size() < 2 || node.inputs().size() > INPUTS) {
      return Optional.empty();
    }
    boolean hasZeros = node.inputs().size() == INPUTS && !node.inputs().getLast().isEmpty();
    if (hasZeros
        && constant(node.inputs().getLast(), ElementType.I32)
            .filter(zeros -> Arrays.stream(zeros.integers()).allMatch(zero -> zero == 0))
            .isEmpty()) {
      return Optional.empty();
    }
    Optional<Tensor> scales = constant(node.inputs().get(1), ElementType.F32);
    if (scales.isEmpty()) {
      return Optional.empty();
    }
    float[] found = scales.get().floats();
    if (found.length != w.scales.length) {
      return Optional.empty();
    }
    for (int i = 0; i < found.length; i++) {
      if (found[i] != x.scales[0] * w.scales[i]) {
        return Optional.empty();
      }
    }
    return constant(node.inputs().getFirst(), ElementType.I32)
        .filter(bias -> bias.shape().rank() == 1 && bias.shape().count() == channels);
  }

  /// {@return an initialiser of a type, of one dimension at most}
  private Optional<Tensor> constant(String name, ElementType type) {
    @Nullable OnnxTensor tensor = initializers.get(name);
    return Optional.ofNullable(tensor)
        .filter(one -> one.type().flatMap(OnnxType::element).equals(Optional.of(type)))
        .filter(one -> one.dims().size() <= 1)
        .filter(one -> one.dims().stream().allMatch(dim -> dim >= 1 && dim <= Short.MAX_VALUE))
        .flatMap(QuantisedFusion::value);
  }

  /// {@return what a tensor holds; what is wrong with it is told where it is needed}
  private static Optional<Tensor> value(OnnxTensor tensor) {
    try {
      return Optional.of(tensor.value());
    } catch (MalformedException | UncheckedIOException e) {
      return Optional.empty();
    }
  }

  private static boolean is(OnnxNode node, String operator) {
    return Operators.isOnnx(node.domain())
        && node.overload().isEmpty()
        && node.opType().equals(operator);
  }
}
