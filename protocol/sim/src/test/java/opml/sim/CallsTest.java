package opml.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import opml.agent.Lookout;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.account.Wei;
import opml.game.claim.ClaimStatus;
import opml.hub.Journal;
import opml.hub.Picture;
import opml.sim.toy.Deviation;
import org.junit.jupiter.api.Test;

/// How often a node is asked for something.
class CallsTest {
  private static final int REQUESTER = 0x90;
  private static final int SERVER = 0x20;

  /// `-Dopml.calls.claims=1000` for the figure of the roadmap.
  private static final int CLAIMS = Integer.getInteger("opml.calls.claims", 100);

  private static final int BLOCKS = 12;

  /// So many blocks have as many looks at money and at what is final as any others.
  private static final int BLOCKS_OF_A_CLAIM = 32;

  private final SmallWorld world = new SmallWorld();
  private final SmallWorld.Counted node = new SmallWorld.Counted(world.chain);

  CallsTest() {
    world.chain.endow(SmallWorld.account(REQUESTER), Wei.ether(100_000));
    world.chain.endow(SmallWorld.account(SERVER), Wei.ether(100_000));
  }

  private long liveClaims(Picture picture) {
    return picture.claims().values().stream()
        .filter(claim -> claim.state().status() == ClaimStatus.LIVE)
        .count();
  }

  @Test
  void aBlockWithNothingToDoIsSixCallsHoweverManyClaimsLive() {
    Lookout lookout = new Lookout(world.hub(SERVER, node));
    Server server = world.server(lookout, Deviation.NONE, Journal.SILENT);
    Verifier verifier = world.verifier(lookout, Journal.SILENT);
    world.ask(REQUESTER, CLAIMS);
    do {
      server.tick();
      world.pass(1);
    } while (liveClaims(server.seen().orElseThrow()) < CLAIMS);
    verifier.tick();
    Map<String, Integer> all = new TreeMap<>();
    int total = 0;
    for (int block = 0; block < BLOCKS; block++) {
      world.pass(1);
      node.forget();
      server.tick();
      verifier.tick();
      total += node.total();
      node.calls().forEach((what, count) -> all.merge(what, count, Integer::sum));
    }
    System.out.printf("%,d live claims, %d idle blocks, two roles: %s%n", CLAIMS, BLOCKS, all);
    assertThat(total).as("calls of %d blocks: %s", BLOCKS, all).isLessThanOrEqualTo(6 * BLOCKS);
    node.forget();
    server.tick();
    assertThat(node.calls().keySet())
        .as("a look at the same block: the block, and what landed now and then")
        .isSubsetOf("latest", "minedNonce");
  }

  /// {@return what so many blocks cost two roles, by what is asked}
  private Map<String, Integer> calls(Server server, Verifier verifier, int blocks) {
    node.forget();
    for (int block = 0; block < blocks; block++) {
      world.pass(1);
      server.look();
      verifier.look();
    }
    return node.calls();
  }

  @Test
  void aClaimIsSixCallsMoreThanItsBlocks() {
    Lookout lookout = new Lookout(world.hub(SERVER, node));
    Server server = world.server(lookout, Deviation.NONE, Journal.SILENT);
    Verifier verifier = world.verifier(lookout, Journal.SILENT);
    world.ask(REQUESTER, 10);
    calls(server, verifier, BLOCKS_OF_A_CLAIM);
    assertThat(liveClaims(server.seen().orElseThrow())).isEqualTo(10);
    Map<String, Integer> idle = calls(server, verifier, BLOCKS_OF_A_CLAIM);
    world.askNext(REQUESTER);
    Map<String, Integer> more = new TreeMap<>(calls(server, verifier, BLOCKS_OF_A_CLAIM));
    assertThat(liveClaims(server.seen().orElseThrow())).isEqualTo(11);
    idle.forEach((what, count) -> more.merge(what, -count, Integer::sum));
    more.values().removeIf(count -> count == 0);
    System.out.println("one claim, two roles, beside what its blocks cost: " + more);
    assertThat(more.values().stream().mapToInt(count -> count).sum())
        .as("%s", more)
        .isLessThanOrEqualTo(6);
    assertThat(more)
        .as(
            "what is at stake is confirmed; its transaction is sent, and its receipt asked for once")
        .containsEntry("pendingNonce", 1)
        .containsEntry("estimateGas", 1)
        .containsEntry("send", 1)
        .containsEntry("receipt", 1)
        .doesNotContainKeys("latest", "block", "logs", "minedNonce", "bondDue", "credit");
  }
}
