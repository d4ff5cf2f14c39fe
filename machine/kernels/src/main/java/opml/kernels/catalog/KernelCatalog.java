package opml.kernels.catalog;

import static opml.kernels.catalog.Costs.ADD;
import static opml.kernels.catalog.Costs.CALL;
import static opml.kernels.catalog.Costs.COMPARE;
import static opml.kernels.catalog.Costs.CONVERT;
import static opml.kernels.catalog.Costs.CONVOLUTION_FOUR;
import static opml.kernels.catalog.Costs.CONVOLUTION_ONE;
import static opml.kernels.catalog.Costs.DIVIDE;
import static opml.kernels.catalog.Costs.EXP;
import static opml.kernels.catalog.Costs.FMA;
import static opml.kernels.catalog.Costs.KERNEL;
import static opml.kernels.catalog.Costs.MATMUL_FOUR;
import static opml.kernels.catalog.Costs.MATMUL_ONE;
import static opml.kernels.catalog.Costs.MAXIMUM;
import static opml.kernels.catalog.Costs.MULTIPLY;
import static opml.kernels.catalog.Costs.REQUANTIZE;
import static opml.kernels.catalog.Costs.ROUND;
import static opml.kernels.catalog.Costs.STORE;
import static opml.kernels.catalog.Costs.TURN;
import static opml.kernels.catalog.Costs.dot;
import static opml.kernels.catalog.Costs.fold;
import static opml.kernels.catalog.Costs.sum;
import static opml.kernels.catalog.Costs.times;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import opml.kernels.operators.Convolution;
import opml.kernels.operators.Elementwise;
import opml.kernels.operators.Pooling;
import opml.kernels.operators.Products;
import opml.kernels.operators.Quantisation;
import opml.kernels.operators.QuantisedProducts;
import opml.kernels.operators.Selection;
import org.jspecify.annotations.Nullable;

/// Every kernel that comes with opml. What the parameters mean is said at the kernels' methods; here are their names,
/// their order, and the costs.
public final class KernelCatalog {
  private static final String CONVOLUTION =
      "batch inChannels inHeight inWidth outChannels outHeight outWidth kernelHeight kernelWidth"
          + " strideHeight strideWidth padTop padLeft dilationHeight dilationWidth groups";
  private static final String POOLING =
      "planes inHeight inWidth outHeight outWidth kernelHeight kernelWidth"
          + " strideHeight strideWidth padTop padLeft dilationHeight dilationWidth";
  private static final String BROADCAST = "d0 d1 d2 d3 a0 a1 a2 a3 b0 b1 b2 b3";

  private static final List<Kernel> ALL =
      List.of(
          new Kernel(
              "gemm.f32",
              Products.class,
              names("a b c y"),
              concat(ints("m n k aRow aCol bRow bCol cRow cCol"), floats("alpha beta")),
              s -> products(times(s[0], s[1]), s[0], dot(s[2]) + 2 * MULTIPLY + ADD)),
          new Kernel(
              "matmul.f32",
              Products.class,
              names("a b y"),
              ints("batch m n k aBatch aRow aCol bBatch bRow bCol"),
              s -> products(times(s[0], s[1], s[2]), times(s[0], s[1]), dot(s[3]))),
          new Kernel(
              "conv2d.f32",
              Convolution.class,
              names("x w b y"),
              ints(CONVOLUTION),
              KernelCatalog::convolution),
          new Kernel(
              "add.f32",
              Elementwise.class,
              names("a b y"),
              ints(BROADCAST),
              s -> elementwise(s, ADD)),
          new Kernel(
              "mul.f32",
              Elementwise.class,
              names("a b y"),
              ints(BROADCAST),
              s -> elementwise(s, MULTIPLY)),
          new Kernel(
              "relu.f32",
              Elementwise.class,
              names("x y"),
              ints("n"),
              s -> sum(KERNEL, times(s[0], TURN + MAXIMUM + STORE))),
          new Kernel(
              "maxpool.f32",
              Pooling.class,
              names("x y"),
              ints(POOLING),
              s -> pooling(s, MAXIMUM, STORE)),
          new Kernel(
              "averagepool.f32",
              Pooling.class,
              names("x y"),
              ints(POOLING + " countIncludePad"),
              s -> pooling(s, ADD, CONVERT + DIVIDE + STORE)),
          new Kernel(
              "globalaveragepool.f32",
              Pooling.class,
              names("x y"),
              ints("planes size"),
              s -> sum(KERNEL, times(s[0], sum(fold(s[1]), TURN + CONVERT + DIVIDE + STORE)))),
          new Kernel(
              "softmax.f32",
              Selection.class,
              names("x y"),
              ints("outer n inner"),
              KernelCatalog::softmax),
          new Kernel(
              "argmax.f32",
              Selection.class,
              names("x y"),
              ints("outer n inner selectLast"),
              s -> {
                long row = sum(2 * TURN, times(s[1], TURN + COMPARE));
                return sum(KERNEL, times(s[0], sum(TURN, times(s[2], row))));
              }),
          new Kernel(
              "quantize",
              Quantisation.class,
              names("x scale zeroPoint y"),
              ints("outer channels inner perChannel unsigned"),
              s -> channelwise(s, DIVIDE + ROUND + CONVERT + STORE + CALL)),
          new Kernel(
              "dequantize",
              Quantisation.class,
              names("x scale zeroPoint y"),
              ints("outer channels inner perChannel unsigned"),
              s -> channelwise(s, CONVERT + MULTIPLY + STORE)),
          new Kernel(
              "qlinear.matmul",
              QuantisedProducts.class,
              names("a b multiplier shift bias y"),
              ints("m n k aZero bZero yZero perColumn aUnsigned bUnsigned yUnsigned"),
              KernelCatalog::quantisedMatmul),
          new Kernel(
              "qlinear.conv2d",
              QuantisedProducts.class,
              names("x w multiplier shift bias y"),
              ints(CONVOLUTION + " xZero wZero yZero perChannel xUnsigned wUnsigned yUnsigned"),
              KernelCatalog::quantisedConvolution));

  private static final Map<String, Kernel> BY_NAME =
      ALL.stream().collect(Collectors.toUnmodifiableMap(Kernel::name, Function.identity()));

  private KernelCatalog() {}

  public static List<Kernel> all() {
    return ALL;
  }

  /// {@return the kernel of that name}
  ///
  /// @throws IllegalArgumentException when there is none
  public static Kernel byName(String name) {
    @Nullable Kernel kernel = BY_NAME.get(name);
    if (kernel == null) {
      throw new IllegalArgumentException(
          "no kernel is called '%s'; there are %s".formatted(name, BY_NAME.keySet()));
    }
    return kernel;
  }

  private static long products(long outputs, long rows, long perOutput) {
    return sum(
        KERNEL, times(outputs, sum(perOutput, 2 * TURN + STORE)), times(sum(rows, 1), 3 * TURN));
  }

  private static long convolution(long[] s) {
    long images = s[0];
    long outChannels = s[4];
    long rows = times(s[1] / Math.max(s[15], 1), s[7]); // of one window
    long window =
        sum(
            times(rows, s[8], FMA + TURN),
            times(rows, 2 * TURN),
            times(times(rows, s[8]) / 256 + 1, ADD),
            3 * CALL);
    long row = sum(times(s[6], sum(window, ADD + TURN + STORE)), TURN);
    return sum(
        KERNEL, times(images, sum(TURN, times(outChannels, sum(3 * TURN, times(s[5], row))))));
  }

  private static long quantisedMatmul(long[] s) {
    long four = sum(times(s[2], MATMUL_FOUR), 4 * REQUANTIZE + TURN);
    long one = sum(times(s[2], MATMUL_ONE), REQUANTIZE + TURN);
    long columns = Math.max(s[1], 0);
    long row = sum(times(columns / 4, four), times(columns % 4, one), TURN);
    return sum(KERNEL, times(s[0], row));
  }

  private static long quantisedConvolution(long[] s) {
    long outputs = Math.max(s[4] / Math.max(s[15], 1), 1); // of one group
    long groups = Math.ceilDiv(Math.max(s[4], 0), outputs);
    long planes =
        sum(
            times(outputs / 4, plane(s, CONVOLUTION_FOUR, 4)),
            times(outputs % 4, plane(s, CONVOLUTION_ONE, 1)));
    return sum(KERNEL, times(s[0], sum(TURN, times(groups, planes))));
  }

  /// {@return the cost of the planes of `outputs` channels that are computed together}
  private static long plane(long[] s, long turn, long outputs) {
    long place = sum(TURN, times(s[1] / Math.max(s[15], 1), turn));
    long window = times(s[7], sum(TURN, times(s[8], place)));
    long row = sum(times(s[6], sum(window, outputs * REQUANTIZE + TURN)), 2 * TURN);
    return sum(times(s[5], row), 3 * TURN);
  }

  private static long elementwise(long[] s, long operation) {
    long row = sum(2 * TURN, times(s[3], TURN + operation + STORE));
    return sum(KERNEL, times(s[0], sum(TURN, times(s[1], sum(TURN, times(s[2], row))))));
  }

  private static long pooling(long[] s, long perElement, long perOutput) {
    long window = times(s[5], sum(2 * TURN, times(s[6], TURN + perElement)));
    long row = sum(times(s[4], sum(window, 2 * TURN + perOutput)), TURN);
    return sum(KERNEL, times(s[0], sum(TURN, times(s[3], row))));
  }

  private static long softmax(long[] s) {
    long perElement = MAXIMUM + ADD + EXP + DIVIDE + 2 * STORE + 3 * TURN;
    long row = sum(times(s[1], perElement), fold(s[1]), 5 * TURN);
    return sum(KERNEL, times(s[0], sum(TURN, times(s[2], row))));
  }

  private static long channelwise(long[] s, long perElement) {
    long channel = sum(2 * TURN, times(s[2], TURN + perElement));
    return sum(KERNEL, times(s[0], sum(TURN, times(s[1], channel))));
  }

  private static List<String> names(String words) {
    return List.of(words.split(" ", -1));
  }

  private static List<Scalar> ints(String words) {
    return Arrays.stream(words.split(" ", -1))
        .map(word -> new Scalar(word, Scalar.Type.INT))
        .toList();
  }

  private static List<Scalar> floats(String words) {
    return Arrays.stream(words.split(" ", -1))
        .map(word -> new Scalar(word, Scalar.Type.FLOAT))
        .toList();
  }

  private static List<Scalar> concat(List<Scalar> first, List<Scalar> second) {
    List<Scalar> both = new ArrayList<>(first);
    both.addAll(second);
    return List.copyOf(both);
  }
}
