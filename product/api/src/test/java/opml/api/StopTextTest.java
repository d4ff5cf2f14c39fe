package opml.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StopTextTest {
  @Test
  void whateverThePiecesAreAllIsSaidUpToTheFirstStop() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 5_000; i++) {
      String text = letters(random, 30);
      List<String> stops = List.of(letters(random, 3) + "a", letters(random, 4) + "b");
      int first = text.length();
      for (String stop : stops) {
        int at = text.indexOf(stop);
        first = at < 0 ? first : Math.min(first, at);
      }
      StopText stop = new StopText(stops);
      StringBuilder said = new StringBuilder();
      for (int at = 0; at < text.length(); ) {
        int end = Math.min(text.length(), at + 1 + random.nextInt(4));
        said.append(stop.next(text.substring(at, end)));
        at = end;
      }
      said.append(stop.end());
      assertThat(stop.isFound()).isEqualTo(first < text.length());
      // Of two stops in one piece the first is taken; one that is complete earlier ends the text
      // before the other.
      if (!stop.isFound()) {
        assertThat(said.toString()).as("seed %d", seed).isEqualTo(text);
      } else {
        assertThat(text).as("seed %d: %s", seed, stops).startsWith(said.toString());
        String rest = text.substring(said.length());
        assertThat(stops.stream().anyMatch(rest::startsWith)).isTrue();
      }
    }
  }

  private static String letters(Random random, int most) {
    return random
        .ints(random.nextInt(most), 'a', 'c')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
