package opml.lab.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import opml.agent.Agent;
import opml.agent.Verifier;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.ForwardingChain;
import opml.ethereum.quorum.Quorum;
import opml.ethereum.rpc.Rpc;
import opml.ethereum.rpc.RpcChain;
import opml.game.move.GameStatus;
import opml.hub.Journal;
import opml.lab.bench.ground.ChaosProxy;
import opml.lab.bench.ground.NodeFault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// Agents that ask several nodes, of which one is ill or lies.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class QuorumRolesTest extends RoleStage {
  private static final int LOOKS_MOST = 100;
  private static final int LOOKS_OF_A_TURN = 25;

  private final List<String> troubles = new ArrayList<>();

  private static final Rpc.Options QUICK =
      new Rpc.Options(
          Duration.ofSeconds(3), Duration.ofSeconds(10), 2, Duration.ofMillis(2), 1 << 20);

  private void look(Agent agent) {
    try {
      agent.tick();
    } catch (ChainException e) {
      troubles.add(String.valueOf(e.getMessage()));
    }
  }

  @Test
  void aVerifierWinsAlthoughOneNodeOfThreeIsIllAndLies() {
    long seed = System.nanoTime();
    try (ChaosProxy ill =
            ChaosProxy.before(dev.url(), ChaosProxy.Options.of(seed, 0.3, NodeFault.ALL));
        Quorum quorum =
            new Quorum(
                dev.chain().id(),
                List.of(
                    new Quorum.Node("ill", () -> connect(ill)),
                    node("one", new ForwardingChain(dev.chain())),
                    node("other", new ForwardingChain(dev.chain()))),
                2,
                (_, _) -> {})) {
      scene.ask(INPUT);
      scene.server(3, liar, Journal.SILENT).tick();
      Verifier verifier = new Verifier(scene.hub(4, quorum), scene.honest(), journal);
      for (int i = 0; i < LOOKS_MOST && !isOver(); i++) {
        look(verifier);
        look(scene.server(3, liar, Journal.SILENT));
        if (i % LOOKS_OF_A_TURN == LOOKS_OF_A_TURN - 1) {
          // A liar who cannot win falls silent.
          scene.passAllowance();
        }
      }
      assertThat(scene.games()).as("seed %d", seed).hasSize(1);
      assertThat(scene.games().getFirst().status())
          .as("seed %d, %s", seed, troubles)
          .isEqualTo(GameStatus.CHALLENGER_WON);
    }
  }

  private boolean isOver() {
    return scene.games().stream().anyMatch(game -> game.status() != GameStatus.RUNNING);
  }

  private static Quorum.Node node(String name, Chain chain) {
    return new Quorum.Node(name, () -> chain);
  }

  private static Chain connect(ChaosProxy proxy) {
    return RpcChain.connect(new Rpc(proxy.url(), QUICK));
  }
}
