package opml.core.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class AllCoresTest {
  private static final int COUNT = 10_000;

  @Test
  void everyItemIsDoneOnce() {
    AtomicIntegerArray done = new AtomicIntegerArray(COUNT);
    AllCores.forEach(COUNT, done::incrementAndGet);
    for (int i = 0; i < COUNT; i++) {
      assertThat(done.get(i)).as("item %d", i).isEqualTo(1);
    }
  }

  @Test
  void theFirstFailureIsThrownAsItIs() {
    RuntimeException[] thrown = new RuntimeException[COUNT];
    for (int i = 0; i < COUNT; i++) {
      thrown[i] = new IllegalArgumentException("item " + i);
    }
    for (int first : new int[] {0, 1, COUNT / 2, COUNT - 2}) {
      Throwable caught =
          catchThrowable(
              () ->
                  AllCores.forEach(
                      COUNT,
                      item -> {
                        if (item >= first) {
                          throw thrown[item];
                        }
                      }));
      assertThat(caught).isSameAs(thrown[first]);
    }
  }
}
