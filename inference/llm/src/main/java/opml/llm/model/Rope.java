package opml.llm.model;

import java.util.List;

/// Rotary position embeddings: pairs of a head's elements are turned by an angle that grows with the position, each
/// pair at a speed of its own. [RopeTable] has the formulas.
///
/// @param dimensions of a head that are turned, the first ones
/// @param base the speeds are powers of it
/// @param style which elements are a pair
/// @param scaling how a model reaches further than it was trained first
public record Rope(int dimensions, float base, Style style, Scaling scaling) {
  /// Which elements are a pair.
  public enum Style {
    /// 2i and 2i + 1.
    NORMAL,
    /// i and i + dimensions/2.
    NEOX
  }

  /// How a model reaches further than it was trained first.
  public sealed interface Scaling {
    /// Not at all.
    record None() implements Scaling {}

    /// Positions are divided by a factor.
    record Linear(double factor) implements Scaling {
      public Linear {
        requirePositive("factor", factor);
      }
    }

    /// YaRN: slow pairs are divided by a factor, fast ones are not, and there is a ramp between.
    ///
    /// @param originalContext positions that the model was trained for first
    /// @param attentionFactor what cosines and sines are multiplied by
    /// @param extrapolation how much the ramp counts, 1 as published; at 0 all pairs are divided
    /// @param betaFast turns in the original context that the ramp begins with
    /// @param betaSlow turns that it ends with
    record Yarn(
        double factor,
        int originalContext,
        double attentionFactor,
        double extrapolation,
        double betaFast,
        double betaSlow)
        implements Scaling {
      public Yarn {
        requirePositive("factor", factor);
        requirePositive("original context", originalContext);
        requirePositive("attention factor", attentionFactor);
        requirePositive("beta fast", betaFast);
        requirePositive("beta slow", betaSlow);
        if (!(extrapolation >= 0 && extrapolation <= 1)) {
          throw new IllegalArgumentException("extrapolation: expected 0 to 1: " + extrapolation);
        }
      }
    }

    /// Llama 3: pairs whose wave is long are divided by a factor, those whose wave is short are not, and between both
    /// it is blended.
    record Llama3(double factor, double lowFactor, double highFactor, int originalContext)
        implements Scaling {
      public Llama3 {
        requirePositive("factor", factor);
        requirePositive("low frequency factor", lowFactor);
        requirePositive("original context", originalContext);
        if (!(highFactor > lowFactor && Double.isFinite(highFactor))) {
          throw new IllegalArgumentException(
              "high frequency factor: expected above %s, found %s"
                  .formatted(lowFactor, highFactor));
        }
      }
    }

    /// Each pair's speed is divided by a number of its own.
    record Divisors(List<Float> divisors) implements Scaling {
      public Divisors {
        divisors = List.copyOf(divisors);
        divisors.forEach(each -> requirePositive("divisor", each));
      }
    }

    /// LongRoPE: two sets of divisors, for as many positions as the model was trained for first, and for more.
    ///
    /// @param attentionFactor what cosines and sines are multiplied by
    record LongRope(
        List<Float> shortDivisors,
        List<Float> longDivisors,
        int originalContext,
        double attentionFactor)
        implements Scaling {
      public LongRope {
        shortDivisors = List.copyOf(shortDivisors);
        longDivisors = List.copyOf(longDivisors);
        shortDivisors.forEach(each -> requirePositive("divisor", each));
        longDivisors.forEach(each -> requirePositive("divisor", each));
        requirePositive("original context", originalContext);
        requirePositive("attention factor", attentionFactor);
        if (shortDivisors.size() != longDivisors.size()) {
          throw new IllegalArgumentException(
              "%d short divisors and %d long ones"
                  .formatted(shortDivisors.size(), longDivisors.size()));
        }
      }
    }
  }

  public Rope {
    if (dimensions < 2 || dimensions % 2 != 0) {
      throw new IllegalArgumentException(
          "expected an even number of dimensions that are turned, found " + dimensions);
    }
    if (!(base > 1 && Float.isFinite(base))) {
      throw new IllegalArgumentException(
          "base of the rotation: expected a number above 1, found " + base);
    }
    int divisors =
        switch (scaling) {
          case Scaling.Divisors(List<Float> each) -> each.size();
          case Scaling.LongRope(List<Float> each, _, _, _) -> each.size();
          case Scaling.None _, Scaling.Linear _, Scaling.Yarn _, Scaling.Llama3 _ -> dimensions / 2;
        };
    if (divisors != dimensions / 2) {
      throw new IllegalArgumentException(
          "%d dimensions are turned, which are %d pairs, and there are divisors of %d"
              .formatted(dimensions, dimensions / 2, divisors));
    }
  }

  private static void requirePositive(String what, double value) {
    if (!(value > 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          "%s of the rotation: expected a positive number, found %s".formatted(what, value));
    }
  }
}
