package opml.formats.onnx.operator;

import static opml.formats.onnx.operator.OperatorHarness.bytes;
import static opml.formats.onnx.operator.OperatorHarness.run;
import static opml.formats.onnx.operator.OperatorHarness.scalar;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.SplittableRandom;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxAttribute.IntValue;
import opml.formats.onnx.node.RefusedNode;
import opml.formats.refusal.ImportException;
import org.junit.jupiter.api.Test;

class QuantisedOperatorsTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void quantizeRoundsHalfToEvenAndSaturates() {
    Tensor x = Tensor.ofFloats(Shape.of(6), 1, 3, 5, -1, 1000, -1000);
    assertThat(run(10, "QuantizeLinear", x, List.of(scalar(2))).integers())
        .containsExactly(0, 2, 2, 0, 255, 0);
    assertThat(
            run(13, "QuantizeLinear", x, List.of(scalar(2), scalar(ElementType.I8, 3))).integers())
        .containsExactly(3, 5, 5, 3, 127, -128);
  }

  @Test
  void quantizePerChannelAndBack() {
    Tensor x = Tensor.ofFloats(Shape.of(2, 2, 2), 1, 2, 3, 4, 5, 6, 7, 8);
    Tensor scales = Tensor.ofFloats(Shape.of(2), 1, 0.5f);
    Tensor zeros = Tensor.ofBytes(ElementType.U8, Shape.of(2), new byte[] {0, 100});
    Tensor y = run(13, "QuantizeLinear", x, List.of(scales, zeros));
    assertThat(y.integers()).containsExactly(1, 2, 106, 108, 5, 6, 114, 116);
    assertThat(run(13, "DequantizeLinear", y, List.of(scales, zeros)).floats())
        .containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
    Tensor lastAxis = run(13, "QuantizeLinear", x, List.of(scales), new IntValue("axis", -1));
    assertThat(lastAxis.integers()).containsExactly(1, 4, 3, 8, 5, 12, 7, 16);
  }

  @Test
  void dequantizeSubtractsTheZeroPoint() {
    Tensor x = Tensor.ofBytes(ElementType.I8, Shape.of(3), new byte[] {-128, 0, 127});
    Tensor y = run(10, "DequantizeLinear", x, List.of(scalar(0.5f), scalar(ElementType.I8, -1)));
    assertThat(y.floats()).containsExactly(-63.5f, 0.5f, 64);
  }

  @Test
  void qLinearMatMulIsExact() {
    for (int i = 0; i < 100; i++) {
      ElementType aType = random.nextBoolean() ? ElementType.U8 : ElementType.I8;
      ElementType bType = random.nextBoolean() ? ElementType.U8 : ElementType.I8;
      ElementType yType = random.nextBoolean() ? ElementType.U8 : ElementType.I8;
      boolean perColumn = random.nextBoolean();
      Tensor a = bytes(random, aType, 2, 3, 7);
      Tensor b = bytes(random, bType, 7, 4);
      Tensor aZero = scalar(aType, random.nextInt(256));
      Tensor bZero = scalar(bType, random.nextInt(256));
      Tensor yZero = scalar(yType, random.nextInt(256));
      float aScale = scale();
      float[] bScale = new float[perColumn ? 4 : 1];
      for (int j = 0; j < bScale.length; j++) {
        bScale[j] = scale();
      }
      float yScale = scale() * 1000;
      Tensor y =
          run(
              10,
              "QLinearMatMul",
              a,
              List.of(
                  scalar(aScale),
                  aZero,
                  b,
                  perColumn ? Tensor.ofFloats(Shape.of(4), bScale) : scalar(bScale[0]),
                  bZero,
                  scalar(yScale),
                  yZero));
      assertThat(y.shape()).isEqualTo(Shape.of(2, 3, 4));
      assertThat(y.type()).isEqualTo(yType);
      for (int row = 0; row < 6; row++) {
        for (int column = 0; column < 4; column++) {
          long sum = 0;
          for (int k = 0; k < 7; k++) {
            sum +=
                (a.integer(row * 7 + k) - aZero.integer(0))
                    * (b.integer(k * 4 + column) - bZero.integer(0));
          }
          long expected = requantised(sum, aScale, bScale[perColumn ? column : 0], yScale, yZero);
          assertThat(y.integer(row * 4 + column))
              .as("seed %d, case %d", seed, i)
              .isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void qLinearConvIsExactAndPadsWithTheZeroPoint() {
    for (int i = 0; i < 100; i++) {
      int groups = random.nextInt(1, 3);
      NaiveWindow w = NaiveWindow.random(random, 5);
      Tensor x = bytes(random, ElementType.U8, 1, 2 * groups, w.height, w.width);
      Tensor weights = bytes(random, ElementType.I8, 3 * groups, 2, w.kernelHeight, w.kernelWidth);
      int[] biases = random.ints(3L * groups, -1000, 1000).toArray();
      Tensor bias = Tensor.ofInts(Shape.of(3 * groups), biases);
      Tensor xZero = scalar(ElementType.U8, random.nextInt(256));
      Tensor wZero = Tensor.zero(ElementType.I8, Shape.of(3 * groups));
      Tensor yZero = scalar(ElementType.I8, random.nextInt(256));
      float xScale = scale();
      float yScale = scale() * 500;
      float[] wScales = new float[3 * groups];
      for (int j = 0; j < wScales.length; j++) {
        wScales[j] = scale();
      }
      Tensor y =
          run(
              10,
              "QLinearConv",
              x,
              List.of(
                  scalar(xScale),
                  xZero,
                  weights,
                  Tensor.ofFloats(Shape.of(3 * groups), wScales),
                  wZero,
                  scalar(yScale),
                  yZero,
                  bias),
              w.attributes(new IntValue("group", groups)));
      int at = 0;
      for (int o = 0; o < 3 * groups; o++) {
        for (int[] place : w.outputs()) {
          long sum = biases[o];
          for (int c = 0; c < 2; c++) {
            int plane = (o / 3 * 2 + c) * w.height * w.width;
            for (int[] tap : w.taps(place)) {
              int weight = (o * 2 + c) * w.kernelHeight * w.kernelWidth + tap[1];
              sum += (x.integer(plane + tap[0]) - xZero.integer(0)) * weights.integer(weight);
            }
          }
          long expected = requantised(sum, xScale, wScales[o], yScale, yZero);
          assertThat(y.integer(at++)).as("seed %d, case %d", seed, i).isEqualTo(expected);
        }
      }
      assertThat(y.shape().count()).isEqualTo(at);
    }
  }

  @Test
  void theMultiplierIsTheNearestOf31Bits() {
    for (int i = 0; i < 20_000; i++) {
      float a = scale();
      float b = scale();
      float y = scale();
      Requantisation parts = Requantisation.of(a, new float[] {b}, y);
      long multiplier = parts.multiplier().integer(0);
      long shift = parts.shift().integer(0);
      assertThat(multiplier).as("seed %d", seed).isBetween(1L << 30, (1L << 31) - 1);
      BigDecimal real = factor(a, b, y).multiply(new BigDecimal(BigInteger.TWO.pow((int) shift)));
      BigDecimal error = real.subtract(BigDecimal.valueOf(multiplier)).abs();
      assertThat(error).as("seed %d: %s %s %s", seed, a, b, y).isLessThanOrEqualTo(HALF);
    }
  }

  private static final BigDecimal HALF = new BigDecimal("0.500000000001");

  @Test
  void specialMultipliers() {
    Requantisation one = Requantisation.of(1, new float[] {1}, 1);
    assertThat(one.multiplier().integer(0)).isEqualTo(1L << 30);
    assertThat(one.shift().integer(0)).isEqualTo(30);
    Requantisation tiny = Requantisation.of(Float.MIN_VALUE, new float[] {1}, Float.MIN_VALUE);
    assertThat(tiny).extracting(r -> r.shift().integer(0)).isEqualTo(30L);
    // (1 - 2^-24)^2 rounds to itself, far below one; a quotient just below one rounds up to it
    float below = Math.nextDown(1f);
    Requantisation up = Requantisation.of(below, new float[] {Math.nextUp(1f)}, 1);
    assertThat(up.multiplier().integer(0)).isBetween(1L << 30, (1L << 31) - 1);
    for (float bad : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> Requantisation.of(1, new float[] {bad}, 1))
          .isInstanceOf(RefusedNode.class);
    }
    assertThatThrownBy(() -> Requantisation.of(1e30f, new float[] {1}, 1e-5f))
        .hasMessageContaining("give a shift of");
  }

  @Test
  void anAccumulatorThatMayOverflowIsRefused() {
    int k = 40_000;
    assertThatThrownBy(
            () ->
                run(
                    10,
                    "QLinearMatMul",
                    bytes(random, ElementType.U8, 1, k),
                    List.of(
                        scalar(1),
                        scalar(ElementType.U8, 0),
                        bytes(random, ElementType.U8, k, 1),
                        scalar(1),
                        scalar(ElementType.U8, 0),
                        scalar(1),
                        scalar(ElementType.U8, 0))))
        .isInstanceOf(ImportException.class)
        .hasMessageContaining(
            "QLinearMatMul: the products may overflow 32 bits: 40000 products of up to 65025");
  }

  private float scale() {
    return (float) StrictMath.exp(random.nextDouble(-5, 0));
  }

  private static BigDecimal factor(float a, float b, float y) {
    return new BigDecimal(a)
        .multiply(new BigDecimal(b))
        .divide(new BigDecimal(y), 60, RoundingMode.HALF_EVEN);
  }

  /// The real factor, rounded to 31 bits, applied and rounded half to even, without any of the kernel's tricks.
  private static long requantised(long sum, float a, float b, float y, Tensor yZero) {
    BigDecimal factor = factor(a, b, y);
    BigDecimal unit = BigDecimal.ONE;
    BigDecimal limit = new BigDecimal(1L << 31);
    while (factor.multiply(unit).compareTo(new BigDecimal(1L << 30)) < 0) {
      unit = unit.multiply(BigDecimal.TWO);
    }
    while (factor.multiply(unit).compareTo(limit) >= 0) {
      unit = unit.divide(BigDecimal.TWO);
    }
    BigDecimal multiplier = factor.multiply(unit).setScale(0, RoundingMode.HALF_EVEN);
    BigDecimal rounded =
        new BigDecimal(sum).multiply(multiplier).divide(unit).setScale(0, RoundingMode.HALF_EVEN);
    long value = rounded.longValueExact() + yZero.integer(0);
    return yZero.type() == ElementType.U8
        ? Math.clamp(value, 0, 255)
        : Math.clamp(value, -128, 127);
  }
}
