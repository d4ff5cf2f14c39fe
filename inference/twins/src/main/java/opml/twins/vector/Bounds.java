package opml.twins.vector;

import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.kernels.catalog.Kernel;
import opml.kernels.memory.Mem;
import opml.twins.call.BroadcastCall;
import opml.twins.call.MapCall;

/// Between what outputs of a convolution stand in the end: `min(most, max(least, y))`, as `max.f32`, `min.f32` and
/// `relu.f32` behind it have it. A NaN stays one.
///
/// An output of a convolution is never -0: it begins with a sum that is not, and +0 stays so whatever zero is added. So
/// comparisons do what Java's `max` and `min` do, unless `most` is -0.
///
/// @param least no NaN
/// @param most no NaN, and not -0
record Bounds(float least, float most) {
  static final Bounds NONE = new Bounds(Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);

  /// {@return these bounds and those that a kernel adds}
  ///
  /// @param outputs how many the convolution has
  /// @return empty if it does anything else
  Optional<Bounds> then(
      Kernel kernel, long[] scalars, List<Optional<Constant>> constants, long outputs) {
    return switch (kernel.name()) {
      case "relu.f32" -> MapCall.of(scalars).n() == outputs ? atLeast(0f) : Optional.empty();
      case "max.f32" -> number(scalars, constants, outputs).flatMap(this::atLeast);
      case "min.f32" -> number(scalars, constants, outputs).flatMap(this::atMost);
      default -> Optional.empty();
    };
  }

  private Optional<Bounds> atLeast(float bound) {
    return Float.isNaN(bound) || bound > most
        ? Optional.empty()
        : Optional.of(new Bounds(Math.max(least, bound), most));
  }

  private Optional<Bounds> atMost(float bound) {
    boolean isMinusZero = Float.floatToIntBits(bound) == Integer.MIN_VALUE;
    return Float.isNaN(bound) || isMinusZero
        ? Optional.empty()
        : Optional.of(new Bounds(least, Math.min(most, bound)));
  }

  /// {@return the number that each output is compared with}
  private static Optional<Float> number(
      long[] scalars, List<Optional<Constant>> constants, long outputs) {
    BroadcastCall call = BroadcastCall.rows(scalars).collapsed();
    int constant = constants.get(0).isPresent() ? 0 : 1;
    BroadcastCall.Dimensions number = constant == 0 ? call.a() : call.b();
    BroadcastCall.Dimensions others = constant == 0 ? call.b() : call.a();
    BroadcastCall.Dimensions all = call.dimensions();
    boolean isOne =
        all.d0() == 1
            && all.d1() == 1
            && all.d2() == 1
            && all.d3() == outputs
            && number.d3() == 0
            && others.d3() == 1;
    return isOne ? constants.get(constant).map(one -> Mem.f32(one.data(), 0)) : Optional.empty();
  }
}
