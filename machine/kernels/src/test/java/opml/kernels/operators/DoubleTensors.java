package opml.kernels.operators;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.stream.DoubleStream;

/// Tensors of doubles.
final class DoubleTensors {
  private DoubleTensors() {}

  static MemorySegment tensor(double... values) {
    return LongTensors.tensor(
        DoubleStream.of(values).mapToLong(Double::doubleToRawLongBits).toArray());
  }

  /// Asks for equal bits, every NaN as the canonical one.
  static void assertBits(MemorySegment actual, double[] expected, String what) {
    assertThat(LongTensors.values(actual))
        .as(what)
        .isEqualTo(DoubleStream.of(expected).mapToLong(Double::doubleToLongBits).toArray());
  }
}
