package opml.llm.model;

import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;

/// The cosines and sines of [Rope] by position and pair. A model has them as a weight, so that nobody computes a sine
/// where bits count: they are computed here in double by `StrictMath`, and rounded to float once. `spec/numerics.md`
/// has the formulas, and the order of every operation.
///
/// Sources: Su et al., RoFormer (2104.09864); Peng et al., YaRN (2309.00071); Ding et al., LongRoPE (2402.13753); the
/// definitions of Hugging Face's `modeling_rope_utils.py`.
public final class RopeTable {
  private RopeTable() {}

  /// {@return the table: f32 of (positions, pairs, 2), the cosine first}
  ///
  /// @param positions from 0 on; where a model has two sets of divisors, their number tells which
  /// @throws IllegalArgumentException if that are more than 2^31 - 1 floats
  public static Tensor of(Rope rope, int positions) {
    double[] speeds = speeds(rope, positions);
    double factor = factor(rope.scaling());
    Shape shape = Shape.of(positions, speeds.length, 2);
    Tensor table = Tensor.zero(ElementType.F32, shape);
    long at = 0;
    for (int position = 0; position < positions; position++) {
      for (double speed : speeds) {
        double angle = position * speed;
        table.data().set(Tensor.F32, at, (float) (StrictMath.cos(angle) * factor));
        table.data().set(Tensor.F32, at + 4, (float) (StrictMath.sin(angle) * factor));
        at += 8;
      }
    }
    return table;
  }

  /// {@return the factor that YaRN has for cosines and sines where a file does not say}
  static double yarnAttention(double factor) {
    return factor <= 1 ? 1 : 0.1 * StrictMath.log(factor) + 1;
  }

  /// {@return the factor that LongRoPE has for cosines and sines where a file does not say}
  static double longRopeAttention(double factor, int originalContext) {
    return factor <= 1
        ? 1
        : StrictMath.sqrt(1 + StrictMath.log(factor) / StrictMath.log(originalContext));
  }

  /// {@return the angle by which each pair turns from one position to the next}
  private static double[] speeds(Rope rope, int positions) {
    double[] speeds = new double[rope.dimensions() / 2];
    for (int i = 0; i < speeds.length; i++) {
      double power = StrictMath.pow(rope.base(), 2.0 * i / rope.dimensions());
      double speed = 1 / power;
      speeds[i] =
          switch (rope.scaling()) {
            case Rope.Scaling.None _ -> speed;
            case Rope.Scaling.Linear(double factor) -> speed / factor;
            case Rope.Scaling.Yarn yarn -> yarn(yarn, rope, speed, i);
            case Rope.Scaling.Llama3 llama -> llama3(llama, speed);
            case Rope.Scaling.Divisors divisors -> speed / divisors.divisors().get(i);
            case Rope.Scaling.LongRope both ->
                speed
                    / (positions > both.originalContext()
                            ? both.longDivisors()
                            : both.shortDivisors())
                        .get(i);
          };
    }
    return speeds;
  }

  private static double factor(Rope.Scaling scaling) {
    return switch (scaling) {
      case Rope.Scaling.Yarn yarn -> yarn.attentionFactor();
      case Rope.Scaling.LongRope both -> both.attentionFactor();
      case Rope.Scaling.None _,
          Rope.Scaling.Linear _,
          Rope.Scaling.Llama3 _,
          Rope.Scaling.Divisors _ ->
          1;
    };
  }

  private static double yarn(Rope.Scaling.Yarn yarn, Rope rope, double speed, int pair) {
    double low = Math.max(0, Math.floor(pairOf(yarn.betaFast(), yarn, rope)));
    double high = Math.min(rope.dimensions() - 1, Math.ceil(pairOf(yarn.betaSlow(), yarn, rope)));
    double ramp = (pair - low) / Math.max(0.001, high - low);
    double kept = (1 - Math.clamp(ramp, 0.0, 1.0)) * yarn.extrapolation();
    return speed / yarn.factor() * (1 - kept) + speed * kept;
  }

  /// {@return the pair, as a real number, that turns so often in the original context}
  private static double pairOf(double turns, Rope.Scaling.Yarn yarn, Rope rope) {
    return rope.dimensions()
        * StrictMath.log(yarn.originalContext() / (turns * 2 * Math.PI))
        / (2 * StrictMath.log(rope.base()));
  }

  private static double llama3(Rope.Scaling.Llama3 llama, double speed) {
    double wave = 2 * Math.PI / speed;
    if (wave < llama.originalContext() / llama.highFactor()) {
      return speed;
    }
    if (wave > llama.originalContext() / llama.lowFactor()) {
      return speed / llama.factor();
    }
    double kept =
        (llama.originalContext() / wave - llama.lowFactor())
            / (llama.highFactor() - llama.lowFactor());
    return (1 - kept) * speed / llama.factor() + kept * speed;
  }
}
