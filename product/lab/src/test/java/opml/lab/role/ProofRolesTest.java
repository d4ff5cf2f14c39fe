package opml.lab.role;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import opml.agent.Verifier;
import opml.core.hash.Bytes32;
import opml.ethereum.abi.Contract;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Snapshot;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.LyingNode;
import opml.ethereum.proof.ProofChain;
import opml.ethereum.rpc.Rpc;
import opml.game.move.GameStatus;
import opml.hub.Deployment;
import opml.hub.HubReader;
import opml.hub.Journal;
import opml.hub.ModelRegistration;
import opml.hub.Picture;
import opml.hub.Stakes;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// Agents whose only node lies, and who believe what hashes bind.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class ProofRolesTest extends RoleStage {
  private static final int LOOKS_MOST = 200;
  private static final int LOOKS_OF_A_TURN = 25;

  private static final Rpc.Options ONCE =
      new Rpc.Options(
          Duration.ofSeconds(30), Duration.ofSeconds(60), 1, Duration.ofMillis(1), 32 << 20);

  private final LyingNode node = LyingNode.before(dev.url());
  private final List<String> faults = Collections.synchronizedList(new ArrayList<>());
  private final ProofChain chain =
      ProofChain.of(
          List.of(new Rpc(node.url(), ONCE)),
          dev.chain().id(),
          1,
          (one, what) -> faults.add(one + " " + what),
          ProofChain.FINALITY);

  @AfterEach
  void end() {
    chain.close();
    node.close();
  }

  /// Changes one digit, anywhere, of every other answer that something hangs on.
  private static LyingNode.Lie digits(Random random) {
    return (method, _, truth) -> {
      boolean bound =
          method.startsWith("eth_getBlock")
              || List.of("eth_getProof", "eth_getCode", "eth_getTransactionReceipt")
                  .contains(method);
      synchronized (random) {
        return bound && random.nextInt(2) == 0 ? changed(truth, random) : truth;
      }
    };
  }

  private static JsonNode changed(JsonNode truth, Random random) {
    if (truth instanceof ObjectNode object && !object.isEmpty()) {
      List<String> names = new ArrayList<>();
      object.fieldNames().forEachRemaining(names::add);
      String name = names.get(random.nextInt(names.size()));
      object.set(name, changed(object.get(name), random));
    } else if (truth instanceof ArrayNode array && !array.isEmpty()) {
      int at = random.nextInt(array.size());
      if (random.nextInt(4) == 0) {
        array.remove(at);
      } else {
        array.set(at, changed(array.get(at), random));
      }
    } else if (truth.isTextual() && truth.asText().length() > 2) {
      String text = truth.asText();
      int at = 2 + random.nextInt(text.length() - 2);
      char digit = text.charAt(at) == '7' ? '8' : '7';
      return new TextNode(text.substring(0, at) + digit + text.substring(at + 1));
    }
    return truth;
  }

  @Test
  void aVerifierWinsAlthoughItsOnlyNodeLies() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    scene.ask(INPUT);
    scene.server(3, liar, Journal.SILENT).tick();
    Verifier verifier = new Verifier(scene.hub(4, chain), scene.honest(), journal);
    for (int i = 0; i < LOOKS_MOST && !isOver(); i++) {
      node.say(i % 3 == 2 ? LyingNode.Lie.NONE : digits(random));
      try {
        verifier.tick();
      } catch (ChainException e) {
        // It does nothing then, and looks again.
      }
      scene.server(3, liar, Journal.SILENT).tick();
      if (i % LOOKS_OF_A_TURN == LOOKS_OF_A_TURN - 1) {
        // A liar who cannot win falls silent.
        scene.passAllowance();
      }
    }
    assertThat(scene.games()).as("seed %d", seed).hasSize(1);
    assertThat(scene.games().getFirst().status())
        .as("seed %d, %s", seed, faults)
        .isEqualTo(GameStatus.CHALLENGER_WON);
    assertThat(faults)
        .as("seed %d", seed)
        .isNotEmpty()
        .allMatch(fault -> fault.startsWith("http://127.0.0.1:" + node.url().getPort() + " "));
  }

  private boolean isOver() {
    return scene.games().stream().anyMatch(game -> game.status() != GameStatus.RUNNING);
  }

  @Test
  void everyPictureIsTheTrueOneOrNone() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    scene.ask(INPUT);
    scene.server(3, liar, Journal.SILENT).tick();
    scene.verifier(4, Journal.SILENT).tick();
    Picture truth = scene.picture();
    node.say(digits(random));
    int pictures = 0;
    for (int i = 0; i < 30; i++) {
      HubReader reader = new HubReader(scene.deployment(), chain);
      try {
        Picture picture = reader.read(Stakes.of(scene.address(4)));
        pictures++;
        assertThat(picture.requests()).as("seed %d", seed).isEqualTo(truth.requests());
        assertThat(picture.claims()).as("seed %d", seed).isEqualTo(truth.claims());
        assertThat(picture.games().keySet()).as("seed %d", seed).isEqualTo(truth.games().keySet());
      } catch (ChainException e) {
        // None, then.
      }
    }
    node.say(LyingNode.Lie.NONE);
    Picture picture = new HubReader(scene.deployment(), chain).read(Stakes.of(scene.address(4)));
    assertThat(picture.troubles()).as("seed %d, %d pictures", seed, pictures).isEmpty();
    assertThat(picture.claims()).isEqualTo(truth.claims());
    assertThat(picture.games().keySet()).isEqualTo(truth.games().keySet());
  }

  @Test
  void everyViewOfTheHubIsComputedAsTheNodeDoes() {
    scene.ask(INPUT);
    scene.server(3, liar, Journal.SILENT).tick();
    scene.verifier(4, Journal.SILENT).tick();
    BlockRef head = chain.latest();
    Snapshot proven = chain.snapshot(head);
    Snapshot told = dev.chain().snapshot(head);
    Contract hub = scene.deployment().hub();
    List<Object[]> views = new ArrayList<>();
    Picture picture = scene.picture();
    picture
        .requests()
        .keySet()
        .forEach(
            id -> {
              views.add(new Object[] {"getRequest", id.hash()});
              views.add(new Object[] {"bondDue", id.hash()});
            });
    picture
        .claims()
        .keySet()
        .forEach(
            id -> {
              views.add(new Object[] {"getClaim", id.hash()});
              views.add(new Object[] {"challengeBondDue", id.hash()});
            });
    picture.games().keySet().forEach(id -> views.add(new Object[] {"getGame", id.hash()}));
    views.add(new Object[] {"getGame", Bytes32.ZERO});
    views.add(new Object[] {"bondDue", Bytes32.ZERO});
    views.add(new Object[] {"credit", scene.address(3)});
    views.add(new Object[] {"nonce", scene.address(0)});
    assertThat(views).hasSizeGreaterThan(8);
    int before = node.asked();
    for (Object[] view : views) {
      Object[] arguments = Arrays.copyOfRange(view, 1, view.length);
      var call = hub.call((String) view[0], arguments);
      assertThat(proven.call(call)).as((String) view[0]).isEqualTo(told.call(call));
    }
    assertThat(node.asked() - before)
        .as("a proof a view, the account and its code once")
        .isLessThanOrEqualTo(2 * views.size() + 2);
    Deployment found = Deployment.at(proven, hub.address(), scene.deployment().block());
    assertThat(found.parameters()).isEqualTo(scene.deployment().parameters());
    assertThat(found.inputs().address()).isEqualTo(scene.deployment().inputs().address());
    Bytes32 model = picture.requests().values().iterator().next().state().request().modelId();
    assertThat(ModelRegistration.buffers(found, proven, model))
        .isEqualTo(ModelRegistration.buffers(found, told, model));
    assertThat(ModelRegistration.isRegistered(found, proven, Bytes32.ZERO)).isFalse();
    assertThat(node.asked("eth_call")).isZero();
  }
}
