package opml.lab.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import opml.agent.Agent;
import opml.agent.FeeFloor;
import opml.agent.Host;
import opml.agent.Lookout;
import opml.agent.Loop;
import opml.agent.SelfAudit;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.ForwardingChain;
import opml.ethereum.send.GasMeter;
import opml.ethereum.send.SendPolicy;
import opml.ethereum.send.Sender;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestId;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.hub.Hub;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.hub.Picture.SeenClaim;
import opml.hub.Picture.SeenGame;
import opml.hub.Requester;
import opml.lab.play.Scene;
import opml.lab.play.TestModels;
import opml.lab.scenario.Liar;
import opml.lab.scenario.Lie;
import opml.store.memory.MapStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Neighbours, nodes and prices that harm an agent: each once broke it.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class AdversityTest extends RoleStage {
  private Server server(int account, Chain chain, Server.Policy policy) {
    return new Server(scene.hub(account, chain), scene.honest(), journal, policy);
  }

  private <T extends Entry> List<T> told(Class<T> kind) {
    return told.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  // ------------------------------------------------------------------ one thing's trouble

  @Test
  void aPoisonedDeliveryStarvesNoDefence() {
    // The node has words for a revert that nobody knows (finding 5).
    scene.ask(scene.terms().delivering(scene.address(9), 100_000), INPUT);
    Chain odd =
        new ForwardingChain(dev.chain()) {
          @Override
          public long estimateGas(Call call, Address from) {
            if (call.name().startsWith("deliver")) {
              throw new ChainException.Refused(
                  "eth_estimateGas", -32603, "the moon is in the wrong house", Optional.empty());
            }
            return super.estimateGas(call, from);
          }
        };
    Server server = server(2, odd, Server.Policy.DEFAULT.withMinimalFee(Wei.ZERO));
    server.tick();
    scene.ask(INPUT);
    server.tick();
    assertThat(scene.claims()).hasSize(2);
    assertThat(told(Entry.Trouble.class)).isNotEmpty();
    sham(5, scene.claims().get(1));
    told.clear();
    server.tick();
    assertThat(told(Entry.Moved.class)).hasSize(1);
  }

  @Test
  void aCallThatFailsForOneGameHindersNoOther() {
    scene.ask(INPUT);
    scene.server(2, Journal.SILENT).tick();
    SeenClaim claim = scene.claims().getFirst();
    for (int account = 5; account < 8; account++) {
      sham(account, claim);
    }
    int[] calls = {0};
    Chain stammering =
        new ForwardingChain(dev.chain()) {
          @Override
          public long estimateGas(Call call, Address from) {
            if (calls[0]++ == 0) {
              throw new ChainException.Malformed("the node stammers");
            }
            return super.estimateGas(call, from);
          }
        };
    server(2, stammering, Server.Policy.DEFAULT).tick();
    // A tick looks again when a move is computed, and may then meet a node that is well.
    assertThat(told(Entry.Moved.class)).hasSizeBetween(2, 3);
    assertThat(told(Entry.Trouble.class)).hasSize(1);
  }

  @Test
  void theGameWhoseClockEndsFirstIsPlayedFirst() {
    scene.ask(INPUT);
    Server server = server(2, dev.chain(), Server.Policy.DEFAULT);
    server.tick();
    SeenClaim claim = scene.claims().getFirst();
    sham(5, claim);
    server.tick();
    dev.increaseTime(Duration.ofSeconds(50));
    sham(6, claim);
    dev.increaseTime(Duration.ofSeconds(50));
    // The older game's clock begins anew with this move, so that it ends last.
    scene.verifier(5, liar, Journal.SILENT).tick();
    told.clear();
    server.tick();
    List<SeenGame> games = scene.games();
    assertThat(told(Entry.Moved.class))
        .extracting(entry -> entry.move().game())
        .containsExactly(games.get(1).id(), games.get(0).id());
  }

  // ------------------------------------------------------------------ money

  @Test
  void aWholeGameIsKeptForEachClaim() {
    // Money for three bonds and the gas to make the claims is money for fewer claims (finding 6).
    int asked = 3;
    for (int i = 0; i < asked; i++) {
      scene.ask(INPUT);
    }
    Wei before = scene.balance(7);
    try {
      Wei bonds = MONEY.claimBond().times(asked);
      dev.setBalance(scene.address(7), bonds.plus(price().times(600_000)));
      Server server = server(7, dev.chain(), Server.Policy.DEFAULT);
      for (int i = 0; i < asked; i++) {
        server.tick();
      }
      long live = scene.claims().size();
      assertThat(live).isLessThan(asked).isPositive();
      assertThat(scene.balance(7)).isGreaterThan(price().times(2 * live * honest().gasOfASide()));
      assertThat(told(Entry.Poor.class)).isNotEmpty();
      scene.claims().forEach(claim -> sham(5, claim));
      for (int i = 0; i < 20; i++) {
        server.tick();
        scene.verifier(5, liar, Journal.SILENT).tick();
      }
      scene.passAllowance();
      server.tick();
      scene.passWindow();
      server.tick();
      assertThat(scene.claims().stream().limit(live))
          .allMatch(claim -> claim.state().status() == ClaimStatus.FINAL);
    } finally {
      dev.setBalance(scene.address(7), before);
    }
  }

  @Test
  void theFirstAnswersToAFloodAreKept() {
    scene.ask(INPUT);
    Wei before = scene.balance(7);
    try {
      // What the agent asks for before it claims, and what the claim itself takes.
      long gas = Work.GAS_OF_ANY_SIDE + 6_000_000;
      dev.setBalance(
          scene.address(7),
          MONEY.claimBond().plus(price().times(2 * gas)).plus(price().times(400_000)));
      Server server = server(7, dev.chain(), Server.Policy.DEFAULT);
      server.tick();
      SeenClaim claim = scene.claims().getFirst();
      int games = 24;
      for (int i = 0; i < games; i++) {
        sham(5, claim);
      }
      for (int i = 0; i < 4; i++) {
        server.tick();
      }
      assertThat(told(Entry.Moved.class)).hasSize(games);
    } finally {
      dev.setBalance(scene.address(7), before);
    }
  }

  private static Wei price() {
    return dev.chain().latest().baseFee().plus(dev.chain().suggestedTip());
  }

  @Test
  void theLeastFeeFollowsFromThePriceOfGas() {
    Hub requester = scene.hub(1);
    requester.request(scene.model().id(), scene.terms(), INPUT, Wei.ZERO);
    requester.request(scene.model().id(), scene.terms(), INPUT, price().times(200_000));
    Server server = server(2, dev.chain(), Server.Policy.DEFAULT);
    server.tick();
    assertThat(scene.claims()).isEmpty();
    RequestId paid =
        requester.request(scene.model().id(), scene.terms(), INPUT, price().times(600_000));
    server.tick();
    assertThat(scene.claims())
        .singleElement()
        .satisfies(claim -> assertThat(claim.state().claim().request()).isEqualTo(paid));
  }

  @Test
  void whatDoesNotPayIsNotComputed() {
    scene.hub(1).request(scene.model().id(), scene.terms(), INPUT, Wei.ZERO);
    server(2, dev.chain(), Server.Policy.DEFAULT).tick();
    assertThat(told(Entry.Computed.class)).isEmpty();
  }

  @Test
  void whatDoesNotPayForItsEvidenceIsComputedOnceAndKeepsNobodyWaiting() {
    // Runs too large to be kept were made again at every look, for ever.
    int[] made = {0};
    Workshop dear =
        (model, input) -> {
          made[0]++;
          return scene
              .honest()
              .work(model, input)
              .map(
                  work ->
                      new Reworded(work) {
                        @Override
                        public long keptBytes() {
                          return 1L << 40;
                        }

                        @Override
                        public byte[] claimEvidence() {
                          return Arrays.equals(input, INPUT)
                              ? work.claimEvidence()
                              : new byte[20_000];
                        }
                      });
        };
    Wei pays = price().times(FeeFloor.ofClaim(5_000));
    for (int i = 0; i < 3; i++) {
      scene.hub(6).request(scene.model().id(), scene.terms(), TestModels.input(i, 5, 5), pays);
    }
    Server server = new Server(scene.hub(2), dear, journal);
    for (int i = 0; i < 3; i++) {
      server.tick();
    }
    assertThat(made[0]).isEqualTo(3);
    assertThat(scene.claims()).isEmpty();
    RequestId honest =
        scene.hub(1).request(scene.model().id(), scene.terms(), INPUT, pays.times(2));
    server.tick();
    assertThat(made[0]).isEqualTo(4);
    assertThat(scene.claims())
        .singleElement()
        .satisfies(claim -> assertThat(claim.state().claim().request()).isEqualTo(honest));
  }

  /// {@return a host that does one job after the other}
  private static Host oneCore() {
    return Host.here(
        MapStore.jobsAlone(),
        MapStore.resultsAlone(),
        1,
        new SelfAudit(0, RandomGenerator.getDefault()));
  }

  @Test
  void whoPaysMoreIsAnsweredFirst() {
    Wei pays = price().times(FeeFloor.ofClaim(5_000));
    List<Byte> order = Collections.synchronizedList(new ArrayList<>());
    for (int i = 1; i <= 3; i++) {
      scene
          .hub(1)
          .request(scene.model().id(), scene.terms(), new byte[] {(byte) i, 0, 1}, pays.times(i));
    }
    new Server(
            new Lookout(scene.hub(2)),
            recording(order),
            journal,
            Server.Policy.DEFAULT,
            Agent.Caution.DEFAULT,
            Optional.empty(),
            oneCore())
        .tick();
    assertThat(order).containsExactly((byte) 3, (byte) 2, (byte) 1);
  }

  /// {@return the honest workshop, which notes the first bytes of what it runs}
  private Workshop recording(List<Byte> order) {
    return (model, input) -> {
      order.add(input[0]);
      return scene.honest().work(model, input);
    };
  }

  @Test
  void deliveriesAreMadeWhereTheFeePaysForThem() {
    Wei answer = price().times(500_000);
    scene
        .hub(1)
        .request(
            scene.model().id(), scene.terms().delivering(scene.address(9), 900_000), INPUT, answer);
    Server server = server(2, dev.chain(), Server.Policy.DEFAULT);
    server.tick();
    server.tick();
    assertThat(scene.claims()).hasSize(1);
    assertThat(told(Entry.Delivered.class)).isEmpty();
    scene
        .hub(1)
        .request(
            scene.model().id(),
            scene.terms().delivering(scene.address(9), 900_000),
            INPUT,
            answer.plus(price().times(3_000_000)));
    server.tick();
    server.tick();
    assertThat(told(Entry.Delivered.class)).hasSize(1);
  }

  /// Calls in a game, and what settles it.
  private static final Set<String> OF_A_GAME = Set.of("dissect", "refine", "execute", "timeout");

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void aSideOfAGameCostsNoMoreGasThanItsBound(int node) {
    scene.ask(INPUT);
    GasMeter meter = new GasMeter();
    Hub metered =
        new Hub(
            scene.deployment(), new Sender(dev.chain(), dev.account(2), SendPolicy.DEFAULT, meter));
    Server server = new Server(metered, scene.honest(), journal);
    Liar other = new Liar(scene.model(), new Lie.InLastStep(node, 3));
    Verifier shamming = scene.verifier(5, other, Journal.SILENT);
    for (int i = 0; i < 12; i++) {
      server.tick();
      shamming.tick();
    }
    scene.passAllowance();
    server.tick();
    long gas =
        meter.rows().stream()
            .filter(row -> OF_A_GAME.contains(row.call()))
            .mapToLong(row -> row.usage().gas())
            .sum();
    assertThat(told(Entry.Moved.class).size()).isGreaterThanOrEqualTo(2);
    assertThat(gas).isLessThanOrEqualTo(honest().gasOfASide()).isGreaterThan(200_000);
  }

  @Test
  void aModelWhoseGamesABondDoesNotPayForIsRefused() {
    scene.ask(INPUT);
    Work dear =
        new Reworded(honest()) {
          @Override
          public long gasOfASide() {
            return 1_300_000;
          }
        };
    scene.server(2, (model, input) -> Optional.of(dear), journal).tick();
    assertThat(scene.claims()).isEmpty();
    assertThat(told(Entry.Skipped.class))
        .anyMatch(skip -> skip.why().contains("a game about it may take 1,300,000 gas"));
    scene.server(3, liar, Journal.SILENT).tick();
    new Verifier(
            scene.hub(4),
            (model, input) -> Optional.of(dear),
            journal,
            new Agent.Caution(Wei.gwei(40)))
        .tick();
    assertThat(scene.games()).as("a lower price may be survived").hasSize(1);
  }

  // ------------------------------------------------------------------ others' claims

  @Test
  void aRightClaimOfWhoLetOneDieIsNotReliedOn() {
    RequestId id = scene.ask(INPUT);
    scene.hub(6).claim(id, honest(), MONEY.claimBond());
    sham(5, scene.claims().getFirst());
    scene.passAllowance();
    scene.hub(5).timeout(scene.games().getFirst().id());
    scene.hub(6).claim(id, honest(), scene.hub(6).bondDue(id));
    server(2, dev.chain(), Server.Policy.DEFAULT).tick();
    assertThat(scene.claims()).hasSize(3);
    assertThat(scene.claims().get(2).state().claim().server()).isEqualTo(scene.address(2));
  }

  @Test
  void neitherManyOldClaimsNorDearYoungOnesKeepTheOthersUnchecked() {
    List<Byte> order = Collections.synchronizedList(new ArrayList<>());
    for (int i = 1; i <= 6; i++) {
      byte[] input = {(byte) i, 0, 1};
      Wei fee = i == 5 ? Scene.FEE : Wei.of(i == 1 ? 1 : 2);
      RequestId id = scene.hub(1).request(scene.model().id(), scene.terms(), input, fee);
      scene
          .hub(3)
          .claim(
              id, scene.honest().work(scene.model().id(), input).orElseThrow(), MONEY.claimBond());
      dev.increaseTime(Duration.ofSeconds(2));
    }
    new Verifier(
            new Lookout(scene.hub(4)),
            recording(order),
            Journal.SILENT,
            Agent.Caution.DEFAULT,
            oneCore())
        .tick();
    assertThat(order).hasSize(6);
    assertThat(order.subList(0, 2)).containsExactlyInAnyOrder((byte) 1, (byte) 5);
  }

  @Test
  void aWrongClaimIsNotRunAgainOnceItIsChallenged() {
    List<Byte> order = Collections.synchronizedList(new ArrayList<>());
    scene.ask(INPUT);
    scene.server(3, liar, Journal.SILENT).tick();
    Workshop large =
        (model, input) ->
            recording(order)
                .work(model, input)
                .map(
                    work ->
                        new Reworded(work) {
                          @Override
                          public long keptBytes() {
                            return 1L << 40;
                          }
                        });
    Verifier verifier = scene.verifier(4, large, journal);
    verifier.tick();
    scene.ask(TestModels.input(7, 7, 7));
    scene.server(3, liar, Journal.SILENT).tick();
    verifier.tick();
    int runs = order.size();
    for (int i = 0; i < 3; i++) {
      verifier.tick();
    }
    assertThat(scene.games()).hasSize(2);
    assertThat(order).as("the liar is on turn").hasSize(runs);
  }

  @Test
  void whoAsksSettlesWhatNobodySettles() {
    Requester requester = new Requester(scene.hub(1), journal);
    RequestId id = scene.ask(INPUT);
    scene.server(2, Journal.SILENT).tick();
    sham(5, scene.claims().getFirst());
    scene.server(2, Journal.SILENT).tick();
    // Now both are away.
    scene.passAllowance();
    scene.passWindow();
    dev.increaseTime(Duration.ofSeconds(60));
    for (int i = 0; i < 3; i++) {
      requester.answer(id);
    }
    assertThat(requester.answer(id)).isInstanceOf(Requester.Answer.Final.class);
    assertThat(told(Entry.TimedOut.class)).hasSize(1);
    assertThat(told(Entry.Resolved.class)).hasSize(1);
  }

  // ------------------------------------------------------------------ loops

  @Test
  void anErrorEndsTheLoop() {
    scene.ask(INPUT);
    Server server =
        scene.server(
            2,
            (model, input) -> {
              throw new OutOfMemoryError("nothing is left");
            },
            Journal.SILENT);
    assertThatThrownBy(() -> new Loop(server, Duration.ofMillis(5), _ -> {}).run())
        .isInstanceOf(OutOfMemoryError.class);
  }

  @Test
  void whileAClockRunsNoPauseGrows() throws InterruptedException {
    scene.ask(INPUT);
    boolean[] down = {false};
    Server server =
        server(
            2,
            new ForwardingChain(dev.chain()) {
              @Override
              public BlockRef latest() {
                if (down[0]) {
                  throw new ChainException.Unreachable("the node is down");
                }
                return super.latest();
              }
            },
            Server.Policy.DEFAULT);
    server.tick();
    server.tick();
    assertThat(server.isPressed()).isTrue();
    down[0] = true;
    List<String> troubles = Collections.synchronizedList(new ArrayList<>());
    Thread loop = Thread.ofPlatform().start(new Loop(server, Duration.ofMillis(1), troubles::add));
    // With pauses that double, twelve failures would take four seconds and more.
    long end = System.nanoTime() + 60_000_000_000L;
    while (troubles.size() < 2_000 && System.nanoTime() < end) {
      Thread.sleep(5);
    }
    loop.interrupt();
    loop.join(5000);
    assertThat(troubles).hasSizeGreaterThanOrEqualTo(2_000);
  }
}
