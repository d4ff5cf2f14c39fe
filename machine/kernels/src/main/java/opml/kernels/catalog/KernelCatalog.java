package opml.kernels.catalog;

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
/// and their order.
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
              concat(ints("m n k aRow aCol bRow bCol cRow cCol"), floats("alpha beta"))),
          new Kernel(
              "matmul.f32",
              Products.class,
              names("a b y"),
              ints("batch m n k aBatch aRow aCol bBatch bRow bCol")),
          new Kernel("conv2d.f32", Convolution.class, names("x w b y"), ints(CONVOLUTION)),
          new Kernel("add.f32", Elementwise.class, names("a b y"), ints(BROADCAST)),
          new Kernel("mul.f32", Elementwise.class, names("a b y"), ints(BROADCAST)),
          new Kernel("relu.f32", Elementwise.class, names("x y"), ints("n")),
          new Kernel("maxpool.f32", Pooling.class, names("x y"), ints(POOLING)),
          new Kernel(
              "averagepool.f32", Pooling.class, names("x y"), ints(POOLING + " countIncludePad")),
          new Kernel("globalaveragepool.f32", Pooling.class, names("x y"), ints("planes size")),
          new Kernel("softmax.f32", Selection.class, names("x y"), ints("outer n inner")),
          new Kernel("argmax.f32", Selection.class, names("x y"), ints("outer n inner selectLast")),
          new Kernel(
              "quantize",
              Quantisation.class,
              names("x scale zeroPoint y"),
              ints("outer channels inner perChannel unsigned")),
          new Kernel(
              "dequantize",
              Quantisation.class,
              names("x scale zeroPoint y"),
              ints("outer channels inner perChannel unsigned")),
          new Kernel(
              "qlinear.matmul",
              QuantisedProducts.class,
              names("a b multiplier shift bias y"),
              ints("m n k aZero bZero yZero perColumn aUnsigned bUnsigned yUnsigned")),
          new Kernel(
              "qlinear.conv2d",
              QuantisedProducts.class,
              names("x w multiplier shift bias y"),
              ints(CONVOLUTION + " xZero wZero yZero perChannel xUnsigned wUnsigned yUnsigned")));

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
