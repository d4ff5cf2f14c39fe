package opml.llm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import org.junit.jupiter.api.Test;

class RopeTableTest {
  private static final int PAIRS = 64;

  private static Tensor table(Rope.Scaling scaling, int positions) {
    return RopeTable.of(new Rope(2 * PAIRS, 10_000, Rope.Style.NORMAL, scaling), positions);
  }

  /// {@return the angle of a pair at position 1, in which no pair turns once}
  private static double speed(Tensor table, int pair) {
    return StrictMath.atan2(table.f32(2 * (PAIRS + pair) + 1), table.f32(2 * (PAIRS + pair)));
  }

  @Test
  void aPairTurnsByAPowerOfTheBase() {
    Tensor table = table(new Rope.Scaling.None(), 300);
    assertThat(table.shape()).isEqualTo(Shape.of(300, PAIRS, 2));
    for (int pair = 0; pair < PAIRS; pair++) {
      assertThat(table.f32(2 * pair)).isEqualTo(1);
      assertThat(table.f32(2 * pair + 1)).isEqualTo(0);
      double speed = StrictMath.exp(-pair / (double) PAIRS * StrictMath.log(10_000));
      int at = 2 * (299 * PAIRS + pair);
      assertThat(table.f32(at)).isCloseTo((float) StrictMath.cos(299 * speed), within(1e-6f));
      assertThat(table.f32(at + 1)).isCloseTo((float) StrictMath.sin(299 * speed), within(1e-6f));
    }
  }

  @Test
  void theBitsOfATableAreWhatTheSpecificationSays() {
    Tensor table = table(new Rope.Scaling.None(), 4_096);
    double speed = 1 / StrictMath.pow(10_000, 2.0 * 17 / (2 * PAIRS));
    int at = 2 * (4_095 * PAIRS + 17);
    assertThat(table.f32(at)).isEqualTo((float) StrictMath.cos(4_095 * speed));
    assertThat(table.f32(at + 1)).isEqualTo((float) StrictMath.sin(4_095 * speed));
  }

  @Test
  void linearScalingDividesPositions() {
    Tensor whole = table(new Rope.Scaling.None(), 10);
    Tensor scaled = table(new Rope.Scaling.Linear(4), 40);
    for (int pair = 0; pair < PAIRS; pair++) {
      assertThat(scaled.f32(2 * (36 * PAIRS + pair))).isEqualTo(whole.f32(2 * (9 * PAIRS + pair)));
    }
  }

  @Test
  void yarnLeavesFastPairsAndDividesSlowOnes() {
    double attention = RopeTable.yarnAttention(16);
    assertThat(attention).isEqualTo(1 + 0.1 * StrictMath.log(16));
    Rope.Scaling yarn = new Rope.Scaling.Yarn(16, 2_048, attention, 1, 32, 1);
    Tensor plain = table(new Rope.Scaling.None(), 2);
    Tensor scaled = table(yarn, 2);
    assertThat(scaled.f32(0)).isEqualTo((float) attention);
    // Turns in 2,048 positions: 32 at pair 16.1, one at pair 40.2, so that the ramp is from 16 to
    // 41.
    for (int pair = 0; pair < PAIRS; pair++) {
      double kept = Math.clamp((41.0 - pair) / (41 - 16), 0.0, 1.0);
      double expected = speed(plain, pair) * (kept + (1 - kept) / 16);
      assertThat(speed(scaled, pair)).as("pair %d", pair).isCloseTo(expected, within(1e-6));
    }
    Tensor all = table(new Rope.Scaling.Yarn(16, 2_048, 1, 0, 32, 1), 2);
    assertThat(speed(all, 0)).isCloseTo(1.0 / 16, within(1e-6));
  }

  @Test
  void llama3DividesLongWaves() {
    Tensor plain = table(new Rope.Scaling.None(), 2);
    Tensor scaled = table(new Rope.Scaling.Llama3(8, 1, 4, 8_192), 2);
    for (int pair = 0; pair < PAIRS; pair++) {
      double speed = StrictMath.pow(10_000, -pair / (double) PAIRS);
      double turns = 8_192 * speed / (2 * Math.PI);
      double kept = Math.clamp((turns - 1) / 3, 0.0, 1.0);
      double expected = speed * (kept + (1 - kept) / 8);
      assertThat(speed(scaled, pair)).as("pair %d", pair).isCloseTo(expected, within(1e-6));
    }
    assertThat(speed(scaled, 0)).isEqualTo(speed(plain, 0));
  }

  @Test
  void divisorsAreOfPairsAndLongRopeHasTwoSets() {
    List<Float> ones = Collections.nCopies(PAIRS, 1f);
    List<Float> twos = Collections.nCopies(PAIRS, 2f);
    Tensor halved = table(new Rope.Scaling.Divisors(twos), 2);
    assertThat(speed(halved, 0)).isCloseTo(0.5, within(1e-6));
    double attention = RopeTable.longRopeAttention(4, 16);
    assertThat(attention).isCloseTo(StrictMath.sqrt(1.5), within(1e-12));
    Rope.Scaling both = new Rope.Scaling.LongRope(ones, twos, 16, attention);
    assertThat(speed(table(both, 16), 0)).isCloseTo(1, within(1e-6));
    assertThat(speed(table(both, 17), 0)).isCloseTo(0.5, within(1e-6));
    assertThat(table(both, 16).f32(0)).isEqualTo((float) attention);
  }

  @Test
  void numbersThatAreNoRotationAreRefused() {
    Rope.Scaling three = new Rope.Scaling.Divisors(List.of(1f, 2f, 3f));
    assertThatThrownBy(() -> new Rope(8, 10_000, Rope.Style.NEOX, three))
        .hasMessage("8 dimensions are turned, which are 4 pairs, and there are divisors of 3");
    assertThatThrownBy(() -> new Rope(7, 1, Rope.Style.NEOX, new Rope.Scaling.None()))
        .hasMessageContaining("expected an even number");
    assertThatThrownBy(() -> new Rope.Scaling.Linear(0)).hasMessageContaining("factor");
    assertThatThrownBy(() -> new Rope.Scaling.Divisors(List.of(Float.NaN)))
        .hasMessageContaining("divisor of the rotation: expected a positive number, found NaN");
    assertThatThrownBy(() -> new Rope.Scaling.Llama3(8, 4, 4, 1)).hasMessageContaining("above 4.0");
  }
}
