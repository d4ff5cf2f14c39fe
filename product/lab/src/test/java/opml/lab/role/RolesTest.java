package opml.lab.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import opml.agent.Agent;
import opml.agent.Loop;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.core.merkle.MerkleRoot;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.ForwardingChain;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestId;
import opml.game.claim.RequestStatus;
import opml.game.move.GameStatus;
import opml.game.work.Work;
import opml.hub.Hub;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.hub.Requester;
import opml.hub.Terms;
import opml.lab.play.Scene;
import opml.lab.play.TestModels;
import opml.lab.scenario.Liar;
import opml.lab.scenario.Lie;
import opml.proof.GraphWorkshop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class RolesTest extends RoleStage {
  private Server server(Server.Policy policy) {
    return new Server(scene.hub(2), scene.honest(), journal, policy);
  }

  /// The reasons for what was left alone; looking again must not tell them again.
  private List<String> skipped() {
    return told.stream()
        .flatMap(
            entry ->
                entry instanceof Entry.Skipped skip
                    ? List.of(skip.why()).stream()
                    : List.<String>of().stream())
        .toList();
  }

  private void assertLeavesAlone(Agent agent, String... why) {
    agent.tick();
    agent.tick();
    assertThat(skipped()).hasSize(why.length);
    for (int i = 0; i < why.length; i++) {
      assertThat(skipped().get(i)).contains(why[i]);
    }
  }

  // ------------------------------------------------------------------ what a server takes on

  @Test
  void aFeeBelowTheMinimumIsLeftAlone() {
    scene.ask(INPUT);
    assertLeavesAlone(
        server(new Server.Policy(Optional.of(Scene.FEE.plus(Wei.of(1))), false, 1, 0)),
        "its fee is below");
    assertThat(scene.claims()).isEmpty();
    server(new Server.Policy(Optional.of(Scene.FEE), false, 1, 0)).tick();
    assertThat(scene.claims()).hasSize(1);
  }

  @Test
  void aRequestForAnotherServerIsLeftAlone() {
    scene.ask(scene.terms().named(scene.address(6)), INPUT);
    assertLeavesAlone(scene.server(2, journal));
    assertThat(scene.claims()).isEmpty();
    scene.server(6, journal).tick();
    assertThat(scene.claims()).hasSize(1);
  }

  @Test
  void aRequestBehindItsDeadlineIsLeftAlone() {
    scene.ask(Terms.until(scene.now() + 50), INPUT);
    dev.increaseTime(Duration.ofSeconds(100));
    assertLeavesAlone(scene.server(2, journal));
    assertThat(scene.claims()).isEmpty();
  }

  @Test
  void anUnknownModelIsLeftAlone() {
    scene.ask(INPUT);
    GraphWorkshop other = new GraphWorkshop(List.of(TestModels.dense(7)));
    assertLeavesAlone(scene.server(2, other, journal), "is not among ours");
    assertThat(scene.claims()).isEmpty();
  }

  @Test
  void referencedInputIsFlagged() {
    Bytes32 root = MerkleRoot.of(INPUT, scene.model().descriptor().inputDepth());
    byte[] uri = "https://example.org/input".getBytes(StandardCharsets.UTF_8);
    scene
        .hub(1)
        .sender()
        .send(
            scene
                .deployment()
                .hub()
                .call(
                    "requestReferenced",
                    scene.model().id(),
                    List.of(scene.address(3), scene.now() + 1000, scene.address(3), 0L),
                    root,
                    uri)
                .paying(Scene.FEE));
    RequestId id = scene.picture().requests().keySet().iterator().next();
    assertThat(scene.picture().requests().get(id).bytes()).isEmpty();
    assertLeavesAlone(scene.server(3, journal), "the hub did not see its input");
    assertThat(scene.claims()).isEmpty();
    told.clear();
    scene.hub(3).claim(id, liar.work(INPUT), MONEY.claimBond());
    assertLeavesAlone(scene.verifier(4, journal), "the hub did not see its input");
    assertThat(scene.games()).isEmpty();
  }

  @Test
  void whoCannotDepositSaysSo() {
    scene.ask(INPUT);
    Wei before = scene.balance(7);
    try {
      dev.setBalance(scene.address(7), MONEY.claimBond());
      assertLeavesAlone(scene.server(7, journal), "cannot deposit the bond of 0.24 ETH");
      assertThat(told).filteredOn(Entry.Poor.class::isInstance).hasSize(1);
      assertThat(scene.claims()).isEmpty();
      scene.server(3, liar, Journal.SILENT).tick();
      told.clear();
      dev.setBalance(scene.address(7), MONEY.challengeBond());
      assertLeavesAlone(scene.verifier(7, journal), "it is wrong, but the account cannot deposit");
      assertThat(scene.games()).isEmpty();
    } finally {
      dev.setBalance(scene.address(7), before);
    }
  }

  @Test
  void aServerNeverClaimsTwice() {
    scene.ask(INPUT);
    Server server = server(new Server.Policy(Optional.of(Wei.ZERO), true, 1, 0));
    for (int i = 0; i < 3; i++) {
      server.tick();
      server(new Server.Policy(Optional.of(Wei.ZERO), true, 1, 0)).tick();
    }
    assertThat(scene.claims()).hasSize(1);
    // Nor when it has lost one, as by being away.
    sham(5, scene.claims().getFirst());
    scene.passAllowance();
    scene.hub(5).timeout(scene.games().getFirst().id());
    server.tick();
    assertThat(scene.claims()).hasSize(1);
    assertThat(scene.claims().getFirst().state().status()).isEqualTo(ClaimStatus.DEAD);
    server(new Server.Policy(Optional.of(Wei.ZERO), true, 2, 0)).tick();
    assertThat(scene.claims()).hasSize(2);
  }

  @Test
  void aRightClaimOfSomebodyElseIsEnoughUnlessThePolicySaysOtherwise() {
    RequestId id = scene.ask(INPUT);
    scene.hub(6).claim(id, honest(), MONEY.claimBond());
    server(Server.Policy.DEFAULT).tick();
    assertThat(scene.claims()).hasSize(1);
    server(new Server.Policy(Optional.of(Wei.ZERO), true, 1, 0)).tick();
    assertThat(scene.claims()).hasSize(2);
  }

  @Test
  void aWrongClaimOfSomebodyElseHindersNoServer() {
    scene.ask(INPUT);
    scene.server(3, liar, Journal.SILENT).tick();
    server(Server.Policy.DEFAULT).tick();
    assertThat(scene.claims()).hasSize(2);
    assertThat(scene.claims().get(1).state().bond()).isEqualTo(MONEY.claimBond().times(2).value());
  }

  @Test
  void whatTheOwnRunContradictsIsNotDefended() {
    RequestId id = scene.ask(INPUT);
    scene.hub(2).claim(id, liar.work(INPUT), MONEY.claimBond());
    scene.verifier(4, Journal.SILENT).tick();
    assertLeavesAlone(scene.server(2, journal), "our run says something else than we claimed");
    assertThat(scene.games().getFirst().positions()).hasSize(1);
    assertThat(scene.claims()).hasSize(1);
  }

  @Test
  void aRefusedClaimDoesNotKeepAServerFromOthers() {
    // Somebody's model is so that the own evidence is refused; the next request is an honest one.
    scene.ask(INPUT);
    byte[] other = TestModels.input(4, 5, 6);
    scene.ask(other);
    Work broken =
        new Reworded(honest()) {
          @Override
          public byte[] claimEvidence() {
            byte[] evidence = super.claimEvidence();
            evidence[Integer.BYTES] ^= 1; // behind its length, the output begins
            return evidence;
          }
        };
    Server server =
        scene.server(
            2,
            (model, input) ->
                Arrays.equals(input, INPUT)
                    ? Optional.of(broken)
                    : scene.honest().work(model, input),
            journal);
    assertLeavesAlone(server, "the hub refuses our claim with ");
    assertThat(scene.claims()).hasSize(1);
  }

  // ------------------------------------------------------------------ verifiers

  @Test
  void aRightClaimIsNotChallenged() {
    scene.ask(INPUT);
    scene.server(2, Journal.SILENT).tick();
    Verifier verifier = scene.verifier(4, journal);
    verifier.tick();
    assertThat(scene.games()).isEmpty();
    assertThat(told).hasSize(1).first().isInstanceOf(Entry.Computed.class);
  }

  @Test
  void twoWrongClaimsAreTwoChallenges() {
    scene.ask(INPUT);
    scene.server(3, liar, Journal.SILENT).tick();
    scene.server(5, new Liar(scene.model(), new Lie.InLastStep(0, 9)), Journal.SILENT).tick();
    scene.server(2, Journal.SILENT).tick();
    Verifier verifier = scene.verifier(4, journal);
    verifier.tick();
    verifier.tick();
    assertThat(scene.games()).hasSize(2);
    assertThat(scene.games())
        .extracting(game -> game.claim())
        .doesNotContain(scene.claims().get(2).id());
  }

  @Test
  void theBondOfAVoidGameIsTakenBack() {
    scene.ask(INPUT);
    scene.server(3, liar, Journal.SILENT).tick();
    Verifier first = scene.verifier(4, Journal.SILENT);
    Verifier second = scene.verifier(6, journal);
    first.tick();
    Wei before = scene.balance(6);
    second.tick();
    assertThat(scene.games()).hasSize(2);
    scene.passAllowance();
    first.tick();
    assertThat(scene.claims().getFirst().state().status()).isEqualTo(ClaimStatus.DEAD);
    second.tick();
    assertThat(scene.games())
        .extracting(game -> game.status())
        .containsExactly(GameStatus.CHALLENGER_WON, GameStatus.VOID);
    second.tick();
    assertThat(told.stream().filter(Entry.Reclaimed.class::isInstance)).hasSize(1);
    assertThat(scene.balance(6).plus(Wei.gwei(3_000_000))).isGreaterThan(before);
    assertThat(scene.credit(6)).isZero();
  }

  @Test
  void anUnboundOutputIsLeftToAPerson() {
    scene.ask(INPUT);
    scene.server(2, Journal.SILENT).tick();
    Work other =
        new Reworded(honest()) {
          @Override
          public Result result() {
            Result result = super.result();
            return new Result(
                result.status(), result.slotsRoot(), new byte[8], result.finalState());
          }
        };
    assertLeavesAlone(
        scene.verifier(4, (model, input) -> Optional.of(other), journal), "a person must look");
    assertThat(scene.games()).isEmpty();
  }

  @Test
  void nothingIsStakedOnARunThatTheClocksAreTooShortFor() {
    scene.ask(INPUT);
    Work endless =
        new Reworded(honest()) {
          @Override
          public long replaySteps() {
            return 1L << 40;
          }
        };
    assertLeavesAlone(
        scene.server(2, (model, input) -> Optional.of(endless), journal),
        "more than a tenth of the allowance");
    assertThat(scene.claims()).isEmpty();

    scene.server(2, (model, input) -> liar.work(model, input), Journal.SILENT).tick();
    assertThat(scene.claims()).hasSize(1);
    told.clear();
    assertLeavesAlone(
        scene.verifier(4, (model, input) -> Optional.of(endless), journal),
        "more than a tenth of the allowance");
    assertThat(scene.games()).isEmpty();
  }

  // ------------------------------------------------------------------ races

  @Test
  void whatSomebodyElseDidFirstIsNoFailure() {
    RequestId id = scene.ask(INPUT);
    RequestId late = scene.ask(Terms.until(scene.now() + 300), INPUT);
    scene.hub(2).claim(id, honest(), MONEY.claimBond());
    sham(5, scene.claims().getFirst());
    var claim = scene.claims().getFirst().id();
    var game = scene.games().getFirst().id();
    Hub hub = scene.hub(6);
    assertThat(hub.timeout(game)).as("too early").isEmpty();
    scene.passAllowance();
    assertThat(scene.hub(7).timeout(game)).isPresent();
    assertThat(hub.timeout(game)).as("done already").isEmpty();
    assertThat(hub.expire(late)).isPresent();
    assertThat(scene.hub(7).expire(late)).isEmpty();
    assertThat(hub.claim(late, honest(), MONEY.claimBond())).isEmpty();
    assertThat(hub.resolve(claim)).as("the sham won by time").isEmpty();
    assertThat(hub.reclaim(game)).isEmpty();
    assertThat(hub.withdraw(scene.address(6))).as("nothing is there").isEmpty();
  }

  @Test
  void aBondThatRoseMeanwhileIsPaidAtTheNextLook() {
    RequestId id = scene.ask(INPUT);
    boolean[] first = {true};
    Agent server =
        new Server(
            scene.hub(
                2,
                new ForwardingChain(dev.chain()) {
                  @Override
                  public long estimateGas(Call call, Address from) {
                    if (first[0]) {
                      first[0] = false;
                      scene.hub(6).claim(id, liar.work(INPUT), MONEY.claimBond());
                    }
                    return super.estimateGas(call, from);
                  }
                }),
            scene.honest(),
            journal,
            Server.Policy.DEFAULT);
    server.tick();
    assertThat(scene.claims()).hasSize(1);
    server.tick();
    assertThat(scene.claims()).hasSize(2);
    assertThat(scene.claims().get(1).state().bond()).isEqualTo(MONEY.claimBond().times(2).value());
  }

  @Test
  void twoProcessesOfOneAccountLoseNothing() throws InterruptedException {
    scene.ask(INPUT);
    scene.server(2, Journal.SILENT).tick();
    Wei before = scene.balance(2);
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    Verifier sham = scene.verifier(5, liar, Journal.SILENT);
    for (int round = 0; round < 6; round++) {
      sham.tick();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Agent process =
            new Server(
                scene.hub(2, new ForwardingChain(dev.chain())),
                scene.honest(),
                Journal.SILENT,
                Server.Policy.DEFAULT);
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        process.tick();
                      } catch (ChainException e) {
                        // A tick that was given up is made again.
                      } catch (RuntimeException e) {
                        failures.add(e);
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    if (scene.games().getFirst().status() == GameStatus.RUNNING) {
      scene.passAllowance();
      scene.server(2, Journal.SILENT).tick();
    }
    assertThat(failures).isEmpty();
    assertThat(scene.games()).hasSize(1);
    assertThat(scene.games().getFirst().status()).isEqualTo(GameStatus.SERVER_WON);
    scene.server(2, Journal.SILENT).tick();
    assertThat(scene.balance(2).plus(Wei.gwei(8_000_000)))
        .isGreaterThan(before.plus(MONEY.challengeBond()));
  }

  // ------------------------------------------------------------------ requesters

  @Test
  void whatBecomesOfARequest() {
    Requester requester = new Requester(scene.hub(1), journal);
    RequestId id = requester.request(scene.model().id(), INPUT, scene.terms(), Scene.FEE);
    assertThat(requester.answer(id)).isInstanceOf(Requester.Answer.Waiting.class);
    scene.server(2, Journal.SILENT).tick();
    Requester.Answer provisional = requester.answer(id);
    assertThat(provisional).isInstanceOf(Requester.Answer.Provisional.class);
    assertThat(requester.output(((Requester.Answer.Provisional) provisional).claim().id()))
        .isEqualTo(honest().result().output());
    scene.passWindow();
    scene.server(2, Journal.SILENT).tick();
    Requester.Answer last = requester.answer(id);
    assertThat(last).isInstanceOf(Requester.Answer.Final.class);
    assertThat(((Requester.Answer.Final) last).claim().state().status())
        .isEqualTo(ClaimStatus.FINAL);
  }

  @Test
  void anUnansweredRequestExpiresAndItsFeeComesBack() {
    Requester requester = new Requester(scene.hub(1), journal);
    Wei before = scene.balance(1);
    RequestId id =
        requester.request(scene.model().id(), INPUT, Terms.until(scene.now() + 100), Scene.FEE);
    dev.increaseTime(Duration.ofSeconds(200));
    assertThat(requester.answer(id)).isInstanceOf(Requester.Answer.Unanswered.class);
    assertThat(requester.answer(id)).isInstanceOf(Requester.Answer.Expired.class);
    requester.withdraw();
    assertThat(told)
        .extracting(Object::getClass)
        .containsExactly(List.of(Entry.Expired.class, Entry.Withdrew.class).toArray(Class[]::new));
    assertThat(scene.balance(1).plus(Wei.gwei(2_000_000))).isGreaterThan(before);
    assertThat(scene.picture().requests().get(id).state().status())
        .isEqualTo(RequestStatus.EXPIRED);
  }

  @Test
  void aRequestThatTheChainDoesNotKnowIsWaitedFor() {
    Requester requester = new Requester(scene.hub(1), journal);
    assertThat(requester.answer(new RequestId(Bytes32.ofWord(1))))
        .isInstanceOf(Requester.Answer.Waiting.class);
  }

  // ------------------------------------------------------------------ loops

  @Test
  void aLoopOutlivesItsChainAndEndsWhenInterrupted() throws InterruptedException {
    scene.ask(INPUT);
    boolean[] down = {true};
    List<String> troubles = Collections.synchronizedList(new ArrayList<>());
    Agent server =
        new Server(
            scene.hub(
                2,
                new ForwardingChain(dev.chain()) {
                  @Override
                  public BlockRef latest() {
                    if (down[0]) {
                      throw new ChainException.Unreachable("the node is down");
                    }
                    return super.latest();
                  }

                  @Override
                  public void send(Data signed) {
                    super.send(signed);
                  }
                }),
            scene.honest(),
            Journal.SILENT,
            Server.Policy.DEFAULT);
    List<Integer> recovered = Collections.synchronizedList(new ArrayList<>());
    Loop.Listener listener =
        new Loop.Listener() {
          @Override
          public void trouble(String why) {
            troubles.add(why);
          }

          @Override
          public void recovered(int failures) {
            recovered.add(failures);
          }
        };
    Thread loop = Thread.ofPlatform().start(new Loop(server, Duration.ofMillis(5), listener));
    long end = System.nanoTime() + 10_000_000_000L;
    while (troubles.size() < 3 && System.nanoTime() < end) {
      Thread.sleep(2);
    }
    assertThat(troubles).hasSizeGreaterThanOrEqualTo(3).contains("the node is down");
    down[0] = false;
    // The claim is there before the look that made it is over.
    while ((scene.claims().isEmpty() || recovered.isEmpty()) && System.nanoTime() < end) {
      Thread.sleep(10);
    }
    assertThat(scene.claims()).hasSize(1);
    assertThat(loop.isAlive()).isTrue();
    loop.interrupt();
    loop.join(5000);
    assertThat(loop.isAlive()).isFalse();
    assertThat(recovered).hasSize(1).allMatch(failures -> failures >= 3);
  }
}
