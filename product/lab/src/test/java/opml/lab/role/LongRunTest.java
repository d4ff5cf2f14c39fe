package opml.lab.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.ethereum.devchain.AnvilBinary;
import opml.game.work.Workshop;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.lab.play.TestModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class LongRunTest extends RoleStage {
  private static final byte[] OTHER = TestModels.input(4, 5, 6);

  @Test
  void aRunThatTakesLongDelaysNoMoveOfAnotherGame() {
    CountDownLatch mayEnd = new CountDownLatch(1);
    Workshop workshop =
        (model, input) -> {
          if (Arrays.equals(input, OTHER)) {
            await(mayEnd);
          }
          return scene.honest().work(model, input);
        };
    Server server = scene.server(2, workshop, journal);
    scene.ask(INPUT);
    server.tick();
    scene.ask(OTHER);
    server.tick();
    assertThat(server.isBehind()).as("the other request is being run").isTrue();
    Verifier sham = scene.verifier(5, liar, Journal.SILENT);
    for (int moves = 1; moves <= 2; moves++) {
      sham.tick();
      server.tick();
      assertThat(told.stream().filter(Entry.Moved.class::isInstance)).hasSize(moves);
      assertThat(scene.claims()).as("meanwhile").hasSize(1);
    }
    mayEnd.countDown();
    server.tick();
    assertThat(scene.claims()).hasSize(2);
    assertThat(told).noneMatch(Entry.Trouble.class::isInstance);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
