package opml.formats.onnx.operator;

import java.util.Arrays;

/// Which elements of an axis make each element of a resized one, and with what weights: ONNX's Resize, in doubles, as
/// its reference implementation has it.
///
/// @param indices (size, taps) of the axis' elements; all -1 for an element that lies outside
/// @param weights (size, taps), rounded to floats
@SuppressWarnings("ArrayRecordComponent") // made here, read once
record ResizeTable(int size, int taps, int[] indices, float[] weights) {
  /// What an axis becomes.
  ///
  /// @param in elements before, and `out` after
  /// @param scale how many times as many these are; need not be a whole number of elements
  /// @param begin of the part that is cropped, from 0 to 1, and its end
  record Axis(int in, int out, double scale, double begin, double end) {}

  /// How it is resized.
  ///
  /// @param kernel `nearest`, `linear` or `cubic`
  /// @param places how an element's place in the axis before is found
  /// @param rounding of the nearest
  /// @param a of the cubic kernel
  /// @param antialias whether the kernel is stretched by what is lost
  /// @param excludes whether elements outside do not count, and the weights of the others add up to 1
  record Manner(
      String kernel,
      String places,
      String rounding,
      double a,
      boolean antialias,
      boolean excludes) {}

  static ResizeTable of(Axis axis, Manner manner) {
    double narrow = manner.antialias ? Math.min(axis.scale, 1) : 1;
    int reach = manner.kernel.equals("nearest") ? 0 : manner.kernel.equals("linear") ? 1 : 2;
    int before = reach == 0 ? 0 : (int) Math.floor(-reach / narrow) + 1;
    int taps = reach == 0 ? 1 : 2 - 2 * before;
    int[] indices = new int[axis.out * taps];
    float[] weights = new float[axis.out * taps];
    for (int j = 0; j < axis.out; j++) {
      double place = place(axis, manner.places, j);
      boolean outside =
          manner.places.equals("tf_crop_and_resize") && (place < 0 || place > axis.in - 1);
      if (outside) {
        Arrays.fill(indices, j * taps, (j + 1) * taps, -1);
      } else if (reach == 0) {
        indices[j] = Math.clamp((long) nearest(place, manner.rounding), 0, axis.in - 1);
        weights[j] = 1f;
      } else {
        int floor = (int) Math.floor(place);
        double[] own = new double[taps];
        double sum = 0;
        for (int t = 0; t < taps; t++) {
          int index = floor + before + t;
          boolean none = manner.excludes && (index < 0 || index >= axis.in);
          own[t] = none ? 0 : weight((place - index) * narrow, manner);
          sum += own[t];
          indices[j * taps + t] = Math.clamp(index, 0, axis.in - 1);
        }
        for (int t = 0; t < taps; t++) {
          boolean divides = manner.excludes || manner.antialias;
          weights[j * taps + t] = (float) (divides ? own[t] / sum : own[t]);
        }
      }
    }
    return new ResizeTable(axis.out, taps, indices, weights);
  }

  /// {@return whether each element stays where it is}
  boolean isIdentity(int in) {
    if (size != in) {
      return false;
    }
    for (int i = 0; i < indices.length; i++) {
      boolean own = indices[i] == i / taps;
      if (weights[i] != 0 && !own || taps == 1 && !own) {
        return false;
      }
    }
    for (int j = 0; j < size; j++) {
      double sum = 0;
      for (int t = 0; t < taps; t++) {
        sum += weights[j * taps + t];
      }
      if (sum != 1) {
        return false;
      }
    }
    return true;
  }

  private static double place(Axis axis, String places, int j) {
    double resized = axis.scale * axis.in;
    return switch (places) {
      case "align_corners" -> resized == 1 ? 0 : j * (axis.in - 1) / (resized - 1);
      case "asymmetric" -> j / axis.scale;
      case "tf_crop_and_resize" ->
          axis.begin * (axis.in - 1)
              + (resized == 1
                  ? (axis.end - axis.begin) * (axis.in - 1) / 2
                  : j * (axis.end - axis.begin) * (axis.in - 1) / (resized - 1));
      case "pytorch_half_pixel" -> resized == 1 ? -0.5 : (j + 0.5) / axis.scale - 0.5;
      case "tf_half_pixel_for_nn" -> (j + 0.5) / axis.scale;
      case "half_pixel_symmetric" ->
          axis.in / 2.0 * (1 - axis.out / resized) + (j + 0.5) / axis.scale - 0.5;
      default -> (j + 0.5) / axis.scale - 0.5;
    };
  }

  private static double nearest(double place, String rounding) {
    return switch (rounding) {
      case "floor" -> Math.floor(place);
      case "ceil" -> Math.ceil(place);
      case "round_prefer_ceil" -> Math.floor(place + 0.5);
      default -> Math.ceil(place - 0.5);
    };
  }

  private static double weight(double distance, Manner manner) {
    double t = Math.abs(distance);
    if (manner.kernel.equals("linear")) {
      return Math.max(0, 1 - t);
    }
    double a = manner.a;
    return t <= 1
        ? ((a + 2) * t - (a + 3)) * t * t + 1
        : t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
  }
}
