package opml.kernels.operators;

import opml.kernels.layout.Strided;
import opml.kernels.memory.Mem;

/// SUM of exponentials, as [Fold#sum] has it.
final class ExponentialSum {
  private ExponentialSum() {}

  /// {@return SUM of exp(x - shift)}
  static float of(Strided x, int count, float shift) {
    return lanes2(x, count, shift, 0) + lanes2(x, count, shift, 1);
  }

  private static float lanes2(Strided x, int count, float shift, int lane) {
    return lanes4(x, count, shift, lane) + lanes4(x, count, shift, lane + 2);
  }

  private static float lanes4(Strided x, int count, float shift, int lane) {
    return lanes8(x, count, shift, lane) + lanes8(x, count, shift, lane + 4);
  }

  private static float lanes8(Strided x, int count, float shift, int lane) {
    return lane(x, count, shift, lane) + lane(x, count, shift, lane + 8);
  }

  private static float lane(Strided x, int count, float shift, int lane) {
    float sum = 0f;
    int at = x.at() + lane * x.step();
    for (int i = lane; i < count; i += 16) {
      sum += Functions.exp(Mem.f32(x.data(), at) - shift);
      at += 16 * x.step();
    }
    return sum;
  }
}
