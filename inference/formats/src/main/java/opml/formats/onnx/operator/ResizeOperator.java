package opml.formats.onnx.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.cases.CaseMaker;
import opml.formats.onnx.cases.OperatorCase;
import opml.formats.onnx.node.Declaration;
import opml.formats.onnx.node.NodeImport;
import opml.formats.onnx.node.Operator;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.onnx.node.Shapes;
import opml.formats.onnx.node.Value;

/// Resize, and Upsample, which it replaced: one axis after the other, the first one first, by tables of elements and
/// weights that follow from the sizes. The nearest elements are moved bit for bit; all else is of floats, and of bytes,
/// whose results are cut to whole numbers.
enum ResizeOperator implements Operator {
  RESIZE("Resize", 10, "a tensor at other places: its nearest elements, or sums of neighbours"),
  UPSAMPLE("Upsample", 7, "a tensor at more places: its nearest elements, or linear between them");

  /// Types that linear and cubic sums are of.
  private static final Set<ElementType> SUMMED =
      Set.of(ElementType.F32, ElementType.F16, ElementType.BF16, ElementType.U8, ElementType.I8);

  private static final int HAS_SIZES = 11;
  private static final int SCALES_ARE_AN_INPUT = 9;
  private static final int HAS_AXES = 18;
  private static final long MOST = 1 << 24;

  private final String label;
  private final int since;
  private final String summary;

  ResizeOperator(String label, int since, String summary) {
    this.label = label;
    this.since = since;
    this.summary = summary;
  }

  @Override
  public Declaration declaration() {
    return Declaration.of(label, summary).since(since).withAll(Declaration.Way.KERNEL);
  }

  @Override
  public void importNode(NodeImport node) {
    boolean whole = this == RESIZE && node.opset() >= HAS_SIZES;
    node.arity(1, whole ? 4 : 2);
    Value x = node.input(0);
    Shape shape = x.shape();
    int rank = shape.rank();
    ResizeTable.Manner manner = manner(node, whole);
    float outside = whole ? node.attributes().real("extrapolation_value", 0f) : 0f;
    int[] axes = axes(node, rank);
    String policy =
        node.opset() >= HAS_AXES
            ? node.attributes().text("keep_aspect_ratio_policy", "stretch")
            : "stretch";
    Optional<Tensor> sizes = whole ? given(node, 3) : Optional.empty();
    double[] scales = new double[rank];
    int[] out = shape.dims().stream().mapToInt(dim -> dim).toArray();
    Arrays.fill(scales, 1);
    if (sizes.isPresent()) {
      bySizes(node, shape, axes, node.integers(3), policy, scales, out);
    } else {
      byScales(node, shape, axes, scales(node), scales, out);
    }
    double[] crop = crop(node, axes, rank, manner.places());
    node.attributes().end();
    List<ResizeTable> tables = new ArrayList<>();
    for (int i = 0; i < rank; i++) {
      node.require(shape.dim(i) > 0 && out[i] > 0, "tensors without elements are not supported");
      ResizeTable.Axis axis =
          new ResizeTable.Axis(shape.dim(i), out[i], scales[i], crop[i], crop[rank + i]);
      tables.add(ResizeTable.of(axis, manner));
    }
    boolean moves =
        manner.kernel().equals("nearest") && !manner.places().equals("tf_crop_and_resize");
    if (!moves) {
      node.requireType(
          SUMMED.contains(x.type()),
          x.type(),
          "float, float16, bfloat16, int8 and uint8 are supported");
    }
    Value y = moves ? x : node.cast(x, ElementType.F32);
    for (int i = 0; i < rank; i++) {
      if (!tables.get(i).isIdentity(shape.dim(i))) {
        y = moves ? moved(node, y, i, tables.get(i)) : summed(node, y, i, tables.get(i), outside);
      }
    }
    node.define(node.cast(y, x.type()));
  }

  private ResizeTable.Manner manner(NodeImport node, boolean whole) {
    String kernel = node.attributes().text("mode", "nearest");
    String cubic = "cubic";
    node.require(
        kernel.equals("nearest") || kernel.equals("linear") || kernel.equals(cubic) && whole,
        "unknown mode",
        kernel);
    if (!whole) {
      return new ResizeTable.Manner(kernel, "asymmetric", "floor", 0, false, false);
    }
    String places = node.attributes().text("coordinate_transformation_mode", "half_pixel");
    node.require(
        Set.of(
                "half_pixel",
                "half_pixel_symmetric",
                "pytorch_half_pixel",
                "align_corners",
                "asymmetric",
                "tf_half_pixel_for_nn",
                "tf_crop_and_resize")
            .contains(places),
        "unknown mode of coordinates",
        places);
    String rounding = node.attributes().text("nearest_mode", "round_prefer_floor");
    node.require(
        Set.of("round_prefer_floor", "round_prefer_ceil", "floor", "ceil").contains(rounding),
        "unknown mode of rounding",
        rounding);
    float a = node.attributes().real("cubic_coeff_a", -0.75f);
    boolean excludes = node.attributes().flag("exclude_outside", false);
    boolean antialias = node.opset() >= HAS_AXES && node.attributes().flag("antialias", false);
    boolean nearest = kernel.equals("nearest");
    return new ResizeTable.Manner(
        kernel, places, rounding, a, antialias && !nearest, excludes && !nearest);
  }

  private static int[] axes(NodeImport node, int rank) {
    Optional<long[]> named =
        node.opset() >= HAS_AXES ? node.attributes().longs("axes") : Optional.empty();
    if (named.isEmpty()) {
      return IntStream.range(0, rank).toArray();
    }
    Set<Integer> all = new HashSet<>();
    return Arrays.stream(named.get())
        .mapToInt(
            axis -> {
              int own = node.axis((int) Math.clamp(axis, -rank - 1L, rank), rank);
              node.require(all.add(own), "an axis is named twice", "" + own);
              return own;
            })
        .toArray();
  }

  /// {@return a constant input that has elements}
  private static Optional<Tensor> given(NodeImport node, int index) {
    return node.optional(index).filter(value -> !value.isEmpty()).map(_ -> node.constant(index));
  }

  private float[] scales(NodeImport node) {
    boolean asInput = this == RESIZE || node.opset() >= SCALES_ARE_AN_INPUT;
    if (!asInput) {
      return node.attributes().reals("scales");
    }
    int index = this == RESIZE && node.opset() >= HAS_SIZES ? 2 : 1;
    Tensor tensor =
        given(node, index).orElseThrow(() -> new RefusedNode("neither scales nor sizes", ""));
    node.requireType(tensor.type() == ElementType.F32, tensor.type(), "float is supported");
    return tensor.floats();
  }

  private static void byScales(
      NodeImport node, Shape shape, int[] axes, float[] given, double[] scales, int[] out) {
    node.require(given.length == axes.length, "scales are not one for each axis");
    for (int i = 0; i < axes.length; i++) {
      scales[axes[i]] = given[i];
      double size = Math.floor(shape.dim(axes[i]) * (double) given[i]);
      node.require(given[i] > 0 && size <= MOST, "a scale is out of range", "" + given[i]);
      out[axes[i]] = (int) size;
    }
  }

  private static void bySizes(
      NodeImport node,
      Shape shape,
      int[] axes,
      long[] given,
      String policy,
      double[] scales,
      int[] out) {
    node.require(given.length == axes.length, "sizes are not one for each axis");
    double common = policy.equals("not_larger") ? Double.MAX_VALUE : 0;
    for (int i = 0; i < axes.length; i++) {
      node.require(given[i] > 0 && given[i] <= MOST, "a size is out of range", "" + given[i]);
      out[axes[i]] = (int) given[i];
      scales[axes[i]] = (double) given[i] / shape.dim(axes[i]);
      common =
          policy.equals("not_larger")
              ? Math.min(common, scales[axes[i]])
              : Math.max(common, scales[axes[i]]);
    }
    switch (policy) {
      case "stretch" -> {}
      case "not_larger", "not_smaller" -> {
        for (int axis : axes) {
          scales[axis] = common;
          out[axis] = (int) Math.floor(common * shape.dim(axis) + 0.5);
        }
      }
      default -> throw new RefusedNode("unknown keep_aspect_ratio_policy", policy);
    }
  }

  /// {@return where the part that is resized begins on each axis, then where it ends}
  private static double[] crop(NodeImport node, int[] axes, int rank, String places) {
    double[] crop = new double[2 * rank];
    Arrays.fill(crop, rank, 2 * rank, 1);
    if (places.equals("tf_crop_and_resize")) {
      Tensor tensor = given(node, 1).orElseThrow(() -> new RefusedNode("roi is missing", ""));
      node.requireType(tensor.type() == ElementType.F32, tensor.type(), "float is supported");
      float[] roi = tensor.floats();
      node.require(roi.length == 2 * axes.length, "roi does not have two numbers for each axis");
      for (int i = 0; i < axes.length; i++) {
        crop[axes[i]] = roi[i];
        crop[rank + axes[i]] = roi[axes.length + i];
      }
    }
    return crop;
  }

  private static Shape resized(NodeImport node, Shape shape, int axis, int size) {
    List<Integer> dims = new ArrayList<>(shape.dims());
    dims.set(axis, size);
    return Shapes.of(node, dims);
  }

  private static Value moved(NodeImport node, Value x, int axis, ResizeTable table) {
    Shape shape = x.shape();
    int outer = shape.countOf(0, axis);
    int inner = shape.countOf(axis + 1, shape.rank());
    int n = shape.dim(axis);
    long[] indices = Arrays.stream(table.indices()).asLongStream().toArray();
    node.countFolded((long) Long.BYTES * indices.length);
    return node.call("gather.b" + x.type().bytes())
        .named("axis" + axis)
        .read(x)
        .derived("indices", Tensor.ofLongs(Shape.of(indices.length), indices))
        .writePart(x.type(), resized(node, shape, axis, table.size()))
        .ints("loops", 1, 1, 1, outer, table.size(), inner)
        .ints("x", 0, 0, 0, 0, n * inner, 0, 1)
        .ints("indices", 0, 0, 0, 0, 0, 1, 0)
        .ints("n step", n, inner)
        .emitPart();
  }

  private static Value summed(
      NodeImport node, Value x, int axis, ResizeTable table, float outside) {
    Shape shape = x.shape();
    int taps = table.size() * table.taps();
    node.countFolded(8L * taps);
    return node.call("resize.f32")
        .named("axis" + axis)
        .read(x)
        .derived("indices", Tensor.ofInts(Shape.of(taps), table.indices()))
        .derived("weights", Tensor.ofFloats(Shape.of(taps), table.weights()))
        .writePart(ElementType.F32, resized(node, shape, axis, table.size()))
        .ints(
            "axis", shape.countOf(0, axis), shape.dim(axis), shape.countOf(axis + 1, shape.rank()))
        .ints("size taps", table.size(), table.taps())
        .real("outside", outside)
        .emitPart();
  }

  @Override
  public OperatorCase random(CaseMaker make) {
    CaseMaker.Draft node = make.node(since);
    boolean whole = this == RESIZE && node.opset() >= HAS_SIZES;
    int rank = make.between(1, 3);
    int[] dims = make.dims(rank);
    String kernel = whole ? make.one("nearest", "linear", "cubic") : make.one("nearest", "linear");
    ElementType type =
        kernel.equals("nearest")
            ? make.type()
            : make.one(
                ElementType.F32, ElementType.F16, ElementType.BF16, ElementType.U8, ElementType.I8);
    node.given(make.tensor(type, dims)).text("mode", kernel);
    float[] scales = new float[rank];
    for (int i = 0; i < rank; i++) {
      scales[i] = make.one(1f, 1.5f, 2f, whole ? 0.7f : 3f);
      scales[i] = dims[i] == 1 ? Math.max(1, scales[i]) : scales[i];
    }
    scales[0] = 2f; // so that there is something to do
    Tensor factors = Tensor.ofFloats(Shape.of(rank), scales);
    if (!whole) {
      return this == RESIZE || node.opset() >= SCALES_ARE_AN_INPUT
          ? node.constant(factors).end()
          : node.reals("scales", scales).end();
    }
    node.text(
        "coordinate_transformation_mode",
        make.one("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"));
    node.text("nearest_mode", make.one("round_prefer_floor", "round_prefer_ceil", "floor", "ceil"));
    node.flag("exclude_outside", make.oneIn(2));
    if (node.opset() >= HAS_AXES) {
      node.flag("antialias", make.oneIn(2));
    }
    node.absent();
    if (make.oneIn(2)) {
      return node.constant(factors).end();
    }
    long[] sizes = LongStream.range(0, rank).map(_ -> make.between(1, 7)).toArray();
    sizes[0] = 2L * dims[0];
    return node.absent().constant(Tensor.ofLongs(Shape.of(rank), sizes)).end();
  }
}
