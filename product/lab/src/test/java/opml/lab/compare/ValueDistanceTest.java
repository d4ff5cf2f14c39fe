package opml.lab.compare;

import static org.assertj.core.api.Assertions.assertThat;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.lab.compare.ValueDistance.Tolerance;
import org.junit.jupiter.api.Test;

class ValueDistanceTest {
  private static final Tolerance EXACT = new Tolerance(0, 0);

  @Test
  void theSameBitsAreNotApart() {
    Tensor some = floats(1, -0.0f, Float.NaN, Float.POSITIVE_INFINITY);
    ValueDistance none = ValueDistance.of(some, some, EXACT);
    assertThat(none).isEqualTo(new ValueDistance(0, 0, 0, 0, 0));
    assertThat(ValueDistance.of(floats(0.0f), floats(-0.0f), EXACT).beyond()).isZero();
  }

  @Test
  void floatsAreApartByWhatLiesBetweenThem() {
    float one = 1.5f;
    ValueDistance up = ValueDistance.of(floats(0, one), floats(0, Math.nextUp(one)), EXACT);
    assertThat(up.ulps()).isEqualTo(1);
    assertThat(up.beyond()).isEqualTo(1);
    assertThat(up.worst()).isEqualTo(1);
    // From the smallest negative to the smallest positive there is zero between them.
    ValueDistance over = ValueDistance.of(floats(Float.MIN_VALUE), floats(-Float.MIN_VALUE), EXACT);
    assertThat(over.ulps()).isEqualTo(2);
    ValueDistance zero = ValueDistance.of(floats(1), floats(0), EXACT);
    assertThat(zero.relative()).isInfinite();
    assertThat(zero.ulps()).isEqualTo(Float.floatToIntBits(1));
    byte[] half = {0x00, 0x3c};
    byte[] next = {0x03, 0x3c};
    ValueDistance halves =
        ValueDistance.of(
            Tensor.ofBytes(ElementType.F16, Shape.of(1), half),
            Tensor.ofBytes(ElementType.F16, Shape.of(1), next),
            EXACT);
    assertThat(halves.ulps()).isEqualTo(3);
  }

  @Test
  void theWorstIsTheOneFurthestBeyondTheTolerance() {
    Tolerance tolerance = new Tolerance(0.1, 0);
    // 5 of 100 is allowed, 0.5 of 1 is not, and 0.2 of 1 is less beyond it.
    ValueDistance far = ValueDistance.of(floats(105, 1.2f, 1.5f), floats(100, 1, 1), tolerance);
    assertThat(far.beyond()).isEqualTo(2);
    assertThat(far.worst()).isEqualTo(2);
    assertThat(far.absolute()).isEqualTo(5);
    ValueDistance near = ValueDistance.of(floats(1.01f, 105), floats(1, 100), tolerance);
    assertThat(near.beyond()).isZero();
    assertThat(near.worst()).isEqualTo(1);
  }

  @Test
  void whatIsNoNumberIsApartFromEveryNumberWhateverTheTolerance() {
    Tolerance generous = new Tolerance(1e9, 1e9);
    for (float strange : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThat(ValueDistance.of(floats(strange), floats(1), generous).beyond()).isEqualTo(1);
      assertThat(ValueDistance.of(floats(1), floats(strange), generous).beyond()).isEqualTo(1);
    }
  }

  @Test
  void integersAreExactUnlessTheToleranceSaysOtherwise() {
    Tensor one = Tensor.ofLongs(Shape.of(2), 1L << 60, 7);
    Tensor other = Tensor.ofLongs(Shape.of(2), (1L << 60) + 1, 7);
    assertThat(ValueDistance.of(one, other, new Tolerance(1, 0)).beyond()).isEqualTo(1);
    assertThat(ValueDistance.of(one, other, new Tolerance(0, 1)).beyond()).isZero();
  }

  private static Tensor floats(float... values) {
    return Tensor.ofFloats(Shape.of(values.length), values);
  }
}
