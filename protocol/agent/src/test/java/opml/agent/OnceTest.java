package opml.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class OnceTest {
  private final Once once = new Once(3);

  @Test
  void eachThingIsToldOnce() {
    assertThat(once.isNew("request 1", "too cheap")).isTrue();
    assertThat(once.isNew("request 1", "too cheap")).isFalse();
    assertThat(once.isNew("request 1", "too late")).isTrue();
    assertThat(once.wasFull()).isFalse();
  }

  @Test
  void moreThanFitAreNotToldAgainAndAgain() {
    for (int look = 0; look < 3; look++) {
      int told = 0;
      for (int i = 0; i < 10; i++) {
        told += once.isNew("request " + i, "too cheap") ? 1 : 0;
      }
      assertThat(told).isEqualTo(look == 0 ? 3 : 0);
      assertThat(once.wasFull()).isTrue();
      assertThat(once.wasFull()).isFalse();
    }
  }

  @Test
  void whatEndedMakesRoom() {
    for (int i = 0; i < 4; i++) {
      boolean told = once.isNew("request " + i, "too cheap");
      assertThat(told).isEqualTo(i < 3);
    }
    once.forget(Set.of("request 0", "claim 9"));
    assertThat(once.isNew("request 3", "too cheap")).isTrue();
    assertThat(once.isNew("request 4", "too cheap")).isFalse();
  }
}
