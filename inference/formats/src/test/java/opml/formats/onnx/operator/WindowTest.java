package opml.formats.onnx.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WindowTest {
  @Test
  void whetherAllWindowsHoldElementsIsAsIfEachWereLookedAt() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    int[] count = new int[2];
    for (int i = 0; i < 20_000; i++) {
      int in = random.nextInt(1, 9);
      int out = random.nextInt(1, 9);
      int kernel = random.nextInt(1, 5);
      int stride = random.nextInt(1, 5);
      int pad = random.nextInt(0, 9);
      int dilation = random.nextInt(1, 9);
      boolean holds =
          IntStream.range(0, out)
              .map(o -> o * stride - pad)
              .allMatch(
                  start ->
                      IntStream.range(0, kernel)
                          .map(k -> start + k * dilation)
                          .anyMatch(at -> at >= 0 && at < in));
      int[] zero = new int[2];
      Window window =
          new Window(
              2,
              new int[] {1, in},
              new int[] {1, out},
              new int[] {1, kernel},
              new int[] {1, stride},
              new int[] {0, pad},
              zero,
              new int[] {1, dilation});
      assertThat(window.holdElements(1)).as("seed %d, %s", seed, i).isEqualTo(holds);
      count[holds ? 1 : 0]++;
    }
    assertThat(count[0]).isGreaterThan(1000);
    assertThat(count[1]).isGreaterThan(1000);
  }
}
