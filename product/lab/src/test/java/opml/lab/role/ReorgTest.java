package opml.lab.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.agent.Agent;
import opml.agent.Server;
import opml.core.account.Wei;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.ForwardingChain;
import opml.game.claim.ClaimStatus;
import opml.game.move.GameStatus;
import opml.game.move.Position;
import opml.hub.Journal;
import opml.hub.Picture.SeenGame;
import opml.lab.play.OnDevChain;
import opml.lab.play.Scene;
import opml.lab.play.TestModels;
import opml.lab.scenario.Liar;
import opml.lab.scenario.Lie;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class ReorgTest extends OnDevChain {
  private static final byte[] INPUT = TestModels.input(1, 2, 3);

  private final Scene scene = Scene.set(dev, TestModels.dense());
  private final Liar liar = new Liar(scene.model(), new Lie.InLastStep(1, 3));

  @Test
  void aClaimThatIsGoneIsMadeAgainOnce() {
    scene.ask(INPUT);
    Agent server = scene.server(2, Journal.SILENT);
    server.tick();
    var id = scene.claims().getFirst().id();
    dev.reorg(1);
    assertThat(scene.claims()).isEmpty();
    server.tick();
    server.tick();
    assertThat(scene.claims()).extracting(claim -> claim.id()).containsExactly(id);
  }

  @Test
  void aRequestThatIsGoneIsForgotten() {
    dev.mine(2);
    scene.ask(INPUT);
    Agent server = scene.server(2, Journal.SILENT);
    server.tick();
    dev.reorg(2);
    server.tick();
    assertThat(scene.picture().requests()).isEmpty();
    assertThat(scene.claims()).isEmpty();
  }

  @Test
  void aChallengeThatIsGoneIsMadeAgainOnce() {
    scene.ask(INPUT);
    scene.server(3, liar, Journal.SILENT).tick();
    Agent verifier = scene.verifier(4, Journal.SILENT);
    long block = newest();
    verifier.tick();
    dev.reorg((int) (newest() - block));
    assertThat(scene.games()).isEmpty();
    assertThat(scene.claims()).hasSize(1);
    verifier.tick();
    verifier.tick();
    assertThat(scene.games()).hasSize(1);
  }

  private static long newest() {
    return dev.chain().latest().number();
  }

  /// Every move of a whole game is thrown out once before it stays.
  @Test
  void everyMoveThatIsGoneIsMadeAgainAndTheHonestSideWins() {
    scene.ask(INPUT);
    Agent server = scene.server(3, liar, Journal.SILENT);
    Agent verifier = scene.verifier(4, Journal.SILENT);
    server.tick();
    verifier.tick();
    int moves = 0;
    while (scene.games().getFirst().status() == GameStatus.RUNNING) {
      int before = scene.games().getFirst().positions().size();
      long block = newest();
      Agent onTurn = before % 2 == 1 ? server : verifier;
      onTurn.tick();
      long made = newest() - block;
      if (made == 0) {
        scene.passAllowance();
        verifier.tick();
        break;
      }
      List<Position> first = scene.games().getFirst().positions();
      dev.reorg((int) made);
      assertThat(scene.games().getFirst().positions()).hasSize(before);
      onTurn.tick();
      assertThat(scene.games().getFirst().positions()).isEqualTo(first);
      moves++;
    }
    assertThat(moves).isGreaterThanOrEqualTo(2);
    assertThat(scene.games()).hasSize(1);
    assertThat(scene.games().getFirst().status()).isEqualTo(GameStatus.CHALLENGER_WON);
    assertThat(scene.claims().getFirst().state().status()).isEqualTo(ClaimStatus.DEAD);
  }

  /// A challenge and the answer to it are thrown out, another challenge takes the game's id, and the old answer comes
  /// in again.
  @Test
  void reorgedMoveReverts() {
    scene.ask(INPUT);
    List<Data> sent = new ArrayList<>();
    Chain tapped =
        new ForwardingChain(dev.chain()) {
          @Override
          public void send(Data signed) {
            sent.add(signed);
            super.send(signed);
          }
        };
    Agent server =
        new Server(
            scene.hub(2, tapped),
            scene.honest(),
            Journal.SILENT,
            new Server.Policy(Optional.of(Wei.ZERO), true, 1, 0));
    server.tick();
    Agent sham = scene.verifier(5, liar, Journal.SILENT);
    long block = newest();
    sham.tick();
    SeenGame before = scene.games().getFirst();
    server.tick();
    assertThat(scene.games().getFirst().positions()).hasSize(2);
    Data answer = sent.getLast();

    dev.reorg((int) (newest() - block));
    Agent otherSham =
        scene.verifier(5, new Liar(scene.model(), new Lie.InLastStep(0, 9)), Journal.SILENT);
    otherSham.tick();
    SeenGame now = scene.games().getFirst();
    assertThat(now.id()).as("the ids say nothing of the positions").isEqualTo(before.id());
    assertThat(now.positions()).isNotEqualTo(before.positions());
    try {
      dev.chain().send(answer);
    } catch (ChainException.Refused | ChainException.Reverted e) {
      // Some nodes look first.
    }
    assertThat(scene.games().getFirst().positions())
        .as("the old answer answers nothing else")
        .isEqualTo(now.positions());

    for (int i = 0; i < 6; i++) {
      server.tick();
      otherSham.tick();
    }
    if (scene.games().getFirst().status() == GameStatus.RUNNING) {
      scene.passAllowance();
      server.tick();
    }
    assertThat(scene.games().getFirst().status()).isEqualTo(GameStatus.SERVER_WON);
  }
}
