package opml.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import opml.core.hash.Bytes32;
import opml.game.claim.RequestId;
import org.junit.jupiter.api.Test;

class RunShelfTest {
  private static final long KEPT = 1 << 20;
  private static final Object ROLE = "a role";

  private final RunShelf runs = new RunShelf(() -> 3 * KEPT);

  @Test
  void onlyAsManyRunsAreKeptAsFitTheBoundThoseUsedLast() {
    SizedWork first = put(1);
    SizedWork second = put(2);
    use(1);
    put(3);
    assertThat(runs.has(subject(2))).isFalse();
    assertThat(second.rested()).isTrue();
    assertThat(first.rested()).isFalse();
    assertThat(runs.has(subject(1))).isTrue();
    assertThat(runs.known(subject(2))).as("its result is small").isPresent();
  }

  @Test
  void oneRunIsKeptHoweverLargeItIs() {
    RunShelf small = new RunShelf(() -> 1);
    small.put(subject(1), new SizedWork(KEPT));
    assertThat(small.has(subject(1))).isTrue();
    small.put(subject(2), new SizedWork(KEPT));
    assertThat(small.has(subject(1))).isFalse();
    assertThat(small.has(subject(2))).isTrue();
  }

  @Test
  void aRunThatAGameNeedsGoesLast() {
    SizedWork played = put(1);
    put(2);
    runs.tidy(ROLE, ids(1, 2, 3), ids(1), 1);
    put(3);
    assertThat(runs.has(subject(1))).isTrue();
    assertThat(played.rested()).isFalse();
    assertThat(runs.has(subject(2))).isFalse();
  }

  @Test
  void aRunThatSomebodyUsesIsNotLetGo() {
    SizedWork used = put(1);
    assertThat(
            runs.use(
                subject(1),
                work -> {
                  put(2);
                  put(3);
                  runs.tidy(ROLE, ids(2, 3), Set.of(), 1);
                  return used.rested();
                }))
        .contains(false);
    assertThat(used.rested()).as("once nobody uses it").isTrue();
    assertThat(runs.has(subject(1))).isFalse();
  }

  @Test
  void aHundredThousandRequestsTakeNoMoreThanTheBound() {
    long requests = 100_000;
    long bytes = 0;
    for (long i = 1; i <= requests; i++) {
      runs.put(subject(i), new SizedWork(KEPT / 64));
      runs.put(subject(i), RunShelf.Known.left(new Conclusion(Bytes32.ZERO, Bytes32.ZERO)));
    }
    for (long i = 1; i <= requests; i++) {
      bytes += runs.has(subject(i)) ? KEPT / 64 : 0;
    }
    assertThat(bytes).isPositive().isLessThanOrEqualTo(3 * KEPT);
    assertThat(runs.has(subject(requests))).isTrue();
  }

  @Test
  void nothingIsForgottenBeforeEachRoleHasSaidWhatMattersToIt() {
    put(1);
    put(2);
    runs.tidy("serve", ids(2), Set.of(), 2);
    assertThat(runs.has(subject(1))).isTrue();
    runs.tidy("verify", ids(1), Set.of(), 2);
    assertThat(runs.has(subject(1))).isTrue();
    assertThat(runs.has(subject(2))).isTrue();
    runs.tidy("verify", Set.of(), Set.of(), 2);
    assertThat(runs.has(subject(1))).isFalse();
  }

  @Test
  void runsOfEndedRequestsAreLetGo() {
    SizedWork first = put(1);
    SizedWork second = put(2);
    runs.tidy(ROLE, ids(2), ids(2), 1);
    assertThat(runs.has(subject(1))).isFalse();
    assertThat(runs.known(subject(1))).isEmpty();
    assertThat(first.rested()).isTrue();
    assertThat(runs.has(subject(2))).isTrue();
    assertThat(second.rested()).isFalse();
  }

  @Test
  void runsThatAreNotPlayedRest() {
    SizedWork first = put(1);
    SizedWork second = put(2);
    runs.tidy(ROLE, ids(1, 2), ids(1), 1);
    assertThat(first.rested()).isFalse();
    assertThat(second.rested()).isTrue();
  }

  private SizedWork put(long number) {
    SizedWork work = new SizedWork(KEPT);
    runs.put(subject(number), work);
    runs.put(subject(number), RunShelf.Known.NOTHING);
    return work;
  }

  private void use(long number) {
    Optional<Boolean> used = runs.use(subject(number), _ -> true);
    assertThat(used).contains(true);
  }

  private static RunShelf.Subject subject(long number) {
    return RunShelf.Subject.of(id(number));
  }

  private static RequestId id(long number) {
    return new RequestId(Bytes32.ofWord(number));
  }

  private static Set<RequestId> ids(long... numbers) {
    return LongStream.of(numbers).mapToObj(RunShelfTest::id).collect(Collectors.toSet());
  }
}
