package opml.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import opml.agent.Lookout;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.account.Wei;
import opml.hub.Journal;
import opml.sim.toy.Deviation;
import org.junit.jupiter.api.Test;

/// Two roles with one account.
class SharedAccountTest {
  private static final int REQUESTER = 0x90;
  private static final int LIAR = 0x30;
  private static final int HONEST = 0x20;

  private final SmallWorld world = new SmallWorld();
  private final List<Journal.Entry> told = new ArrayList<>();

  SharedAccountTest() {
    world.chain.endow(SmallWorld.account(REQUESTER), Wei.ether(100));
    world.chain.endow(SmallWorld.account(LIAR), Wei.ether(100));
  }

  /// Each of them would stake all that there is: what the other one stakes meanwhile has not left the account yet when
  /// the first one looked.
  @Test
  void rolesOfOneAccountTogetherStakeWhatThereIsOnce() {
    world.chain.endow(SmallWorld.account(HONEST), Wei.gwei(900_000_000));
    world.ask(REQUESTER, 12);
    world
        .server(
            new Lookout(world.hub(LIAR, world.chain)),
            new Deviation(Deviation.Kind.INSTRUCTION, 1, 1),
            Journal.SILENT)
        .tick();
    Lookout lookout = new Lookout(world.hub(HONEST, world.chain));
    Server server = world.server(lookout, Deviation.NONE, told::add);
    Verifier verifier =
        world.verifier(
            lookout,
            entry -> {
              if (entry instanceof Journal.Entry.Computed && told.isEmpty()) {
                server.tick();
              }
              told.add(entry);
            });
    verifier.tick();
    assertThat(told).anyMatch(Journal.Entry.Claimed.class::isInstance);
    assertThat(told).anyMatch(Journal.Entry.Poor.class::isInstance);
    assertThat(told)
        .as("all that was staked could be paid")
        .noneMatch(Journal.Entry.Trouble.class::isInstance);
    assertThat(world.chain.balance(SmallWorld.account(HONEST)).signum()).isPositive();
  }
}
