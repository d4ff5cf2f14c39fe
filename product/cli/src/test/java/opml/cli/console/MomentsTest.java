package opml.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MomentsTest {
  @Test
  void spansAreSaidInTheLargestUnitThatFits() {
    assertThat(Moments.span(119)).isEqualTo("119 s");
    assertThat(Moments.span(120)).isEqualTo("2 min");
    assertThat(Moments.span(7_199)).isEqualTo("119 min");
    assertThat(Moments.span(7_200)).isEqualTo("2 h");
    assertThat(Moments.span(172_800)).isEqualTo("2 days");
    assertThat(Moments.span(Long.MAX_VALUE)).isEqualTo("ages");
  }

  @Test
  void momentsAreSeenFromNow() {
    assertThat(Moments.from(1_000, 1_005)).isEqualTo("in 5 s");
    assertThat(Moments.from(1_000, 1_000)).isEqualTo("now");
    assertThat(Moments.from(1_000, 700)).isEqualTo("5 min ago");
  }
}
