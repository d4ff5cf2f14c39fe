package opml.lab.bench.llm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/// A small language model of chance.
final class SmallCheckpoint {
  private SmallCheckpoint() {}

  /// {@return a checkpoint of llama2.c's first format, whose embedding is its classifier}
  static byte[] bytes(long seed) {
    int width = 32;
    int feedForward = 64;
    int vocabulary = 300;
    int context = 64;
    int layer = 2 * width + 4 * width * width + 3 * width * feedForward;
    int floats = vocabulary * width + 2 * layer + width + context * width / 4;
    ByteBuffer out = ByteBuffer.allocate(28 + 4 * floats).order(ByteOrder.LITTLE_ENDIAN);
    for (int number : new int[] {width, feedForward, 2, 4, 4, vocabulary, context}) {
      out.putInt(number);
    }
    SplittableRandom random = new SplittableRandom(seed);
    while (out.hasRemaining()) {
      out.putFloat((float) random.nextDouble(-0.3, 0.3));
    }
    return out.array();
  }
}
