package opml.lab.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeOutcome;
import opml.engine.run.NodeRunner;
import opml.engine.trace.GraphExecution;
import opml.ethereum.chain.ChainException;
import opml.ethereum.devchain.AnvilBinary;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestId;
import opml.game.claim.RequestStatus;
import opml.game.move.Action;
import opml.game.move.GameStatus;
import opml.game.work.Workshop;
import opml.hub.Journal;
import opml.hub.Journal.Entry;
import opml.lab.play.OnDevChain;
import opml.lab.play.Scene;
import opml.lab.play.TapeModel;
import opml.proof.ExecutedFrames;
import opml.proof.GraphWork;
import opml.proof.GraphWorkshop;
import opml.proof.MachineRun;
import opml.proof.NodeMachines;
import opml.proof.NodeRuns;
import opml.vm.state.MachineState;
import opml.vm.state.MemoryImage;
import opml.vm.state.MemoryImage.Piece;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// A model whose output is given and checked, before the real hub: programs, machines, witnesses and all.
///
/// Which output a run checks, these parties are told beforehand; to find it by a claim is for agents to come.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class GivenOutputOnChainTest extends OnDevChain {
  private static final Model MODEL = TapeModel.model();
  private static final NodeMachines MACHINES = new NodeMachines(MODEL);

  private static final byte[] ONE = TapeModel.words(1);
  private static final byte[] TAPE_OF_ONE = TapeModel.words(2, 2, 3, 2);

  /// What a check that is wrong ends with.
  private static final long WRONG = MachineState.exited(2);

  private final Scene scene = Scene.set(dev, MODEL, new GraphWorkshop(List.of()));
  private final List<Action.Move> moves = new ArrayList<>();

  @Test
  void theRightOutputIsClaimedStandsAgainstAShamAndBecomesFinal() {
    RequestId request = scene.ask(ONE);
    Server server = scene.server(2, checking(TAPE_OF_ONE), this::hear);
    server.tick();
    assertThat(scene.claims())
        .singleElement()
        .satisfies(claim -> assertThat(claim.resultStatus()).isEqualTo(1));
    scene.verifier(4, checking(TAPE_OF_ONE), Journal.SILENT).tick();
    assertThat(scene.games()).isEmpty();

    // Somebody says that the second check fails.
    Verifier sham = scene.verifier(5, shamming(), this::hear);
    play(sham, server);
    assertThat(scene.games())
        .singleElement()
        .satisfies(game -> assertThat(game.status()).isEqualTo(GameStatus.SERVER_WON));
    scene.passWindow();
    server.tick();
    assertThat(scene.claims().getFirst().state().status()).isEqualTo(ClaimStatus.FINAL);
    assertThat(scene.picture().requests().get(request).state().status())
        .isEqualTo(RequestStatus.FINAL);
  }

  @Test
  void aBadInputHasItsOneOutput() {
    scene.ask(TapeModel.words(0));
    Server server = scene.server(2, checking(TapeModel.words(0, 0, 0, 3)), Journal.SILENT);
    server.tick();
    scene.passWindow();
    server.tick();
    assertThat(scene.claims().getFirst().state().status()).isEqualTo(ClaimStatus.FINAL);
  }

  @Test
  void aWrongNumberIsRefutedByExecution() {
    refuted(ONE, TapeModel.words(2, 2, 4, 2));
  }

  @Test
  void garbageBehindTheAnswerIsRefutedByExecution() {
    refuted(TapeModel.words(4), TapeModel.words(1, 5, 9, 1));
  }

  @Test
  void anotherReasonIsRefutedByExecution() {
    refuted(ONE, TapeModel.words(2, 2, 3, 1));
  }

  /// The liar claims that this tape passes and defends it; its true end is failed, and an honest verifier proves it.
  private void refuted(byte[] input, byte[] tape) {
    assertThat(check(input, tape).finalState()).isEqualTo(GraphState.FAILED);
    scene.ask(input);
    Server liar = scene.server(3, (model, bytes) -> Optional.of(lying(bytes, tape, 1)), this::hear);
    liar.tick();
    assertThat(scene.claims()).hasSize(1);
    play(scene.verifier(4, checking(tape), this::hear), liar);
    assertThat(scene.claims().getFirst().state().status()).isEqualTo(ClaimStatus.DEAD);
    assertThat(scene.games())
        .singleElement()
        .satisfies(game -> assertThat(game.status()).isEqualTo(GameStatus.CHALLENGER_WON));
    assertThat(moves).hasAtLeastOneElementOfType(Action.Refine.class);
    assertThat(moves).hasAtLeastOneElementOfType(Action.Dissect.class);
    assertThat(moves.getLast()).isInstanceOf(Action.Execute.class);
  }

  @Test
  void onlyAStoppedRunCanBeClaimed() {
    RequestId request = scene.ask(ONE);
    byte[] wrong = TapeModel.words(2, 2, 4, 2);
    GraphWork failed = check(ONE, wrong);
    assertThat(failed.result().status()).isEqualTo(2);
    GraphWork running = lying(ONE, wrong, 0);
    assertThat(running.result().status()).isZero();
    for (GraphWork work : List.of(failed, running)) {
      assertThatThrownBy(() -> scene.hub(3).claim(request, work, Scene.PARAMETERS.claimBond()))
          .isInstanceOfSatisfying(
              ChainException.Reverted.class,
              e -> assertThat(e.revert().name()).isEqualTo("ResultStatusInvalid"));
    }
    assertThat(scene.claims()).isEmpty();
  }

  /// Its runs belong to claims, and a workshop is asked by request.
  @Test
  void aWorkshopTakesNoModelThatChecksItsOutput() {
    assertThatThrownBy(() -> new GraphWorkshop(List.of(MODEL)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("checks an output that is given");
  }

  @Test
  void theRunIsTheSameNativelyAndInTheMachine() {
    GraphRunner natives =
        GraphRunner.natively(MODEL.graph(), KernelProvider.reference(), NodeRunner.unavailable());
    GraphRunner machine = GraphRunner.by(MODEL.graph(), MACHINES);
    for (long x = 0; x <= 4; x++) {
      byte[] input = TapeModel.words(x);
      int passing = 0;
      for (long i = 0; i < 3 * 6 * 5 * 4; i++) {
        byte[] tape = TapeModel.words(i % 3, i / 3 % 6, i / 18 % 5, i / 90);
        GraphExecution natively = GraphExecution.check(MODEL, input, tape, natives);
        assertThat(natively.finalState())
            .as("%s on %d", Arrays.toString(tape), x)
            .isEqualTo(GraphExecution.check(MODEL, input, tape, machine).finalState());
        passing += natively.finalState().status() == GraphState.Status.DONE ? 1 : 0;
      }
      assertThat(passing).as("outputs that pass for %d", x).isEqualTo(1);
    }
  }

  // ------------------------------------------------------------------ the parties

  private void hear(Entry entry) {
    if (entry instanceof Entry.Moved moved) {
      moves.add(moved.move());
    }
  }

  /// Both play until the game is over; whoever is silent loses by time.
  private void play(Verifier challenger, Server server) {
    challenger.tick();
    assertThat(scene.games()).hasSize(1);
    while (scene.games().getFirst().status() == GameStatus.RUNNING) {
      int before = moves.size();
      server.tick();
      challenger.tick();
      if (moves.size() == before) {
        scene.passAllowance();
      }
    }
  }

  private static Workshop checking(byte[] tape) {
    return (model, input) -> Optional.of(check(input, tape));
  }

  /// {@return the run that checks this tape, in the machine}
  private static GraphWork check(byte[] input, byte[] tape) {
    return work(input, tape, GraphRunner.by(MODEL.graph(), MACHINES), MACHINES);
  }

  private static GraphWork work(byte[] input, byte[] tape, GraphRunner runner, NodeRuns runs) {
    byte[] whole = ShortBuffer.pad(input, Math.toIntExact(MODEL.descriptor().inputBytes()));
    GraphExecution run = GraphExecution.check(MODEL, whole, tape, runner);
    return new GraphWork(MODEL, new ExecutedFrames(run), runs);
  }

  /// {@return a run in which every check that is wrong ends as if it were right, and the last one with this exit}
  private static GraphWork lying(byte[] input, byte[] tape, int lastExit) {
    KernelProvider kernels =
        (kernel, scalars, constants) ->
            (segments, scratch, from, to) -> {
              int exit = kernel.run(segments, scalars);
              return scalars[0] == TapeModel.PARTS - 1 ? lastExit : exit == 2 ? 0 : exit;
            };
    return work(
        input,
        tape,
        GraphRunner.natively(MODEL.graph(), kernels, NodeRunner.unavailable()),
        (step, before) -> {
          MachineRun truth = MACHINES.run(step, before);
          long exit = MachineState.exited(step == TapeModel.PARTS - 1 ? lastExit : 0);
          return end(truth).exit() == WRONG ? exiting(truth, exit) : truth;
        });
  }

  /// {@return somebody who says of the right tape that its second check fails}
  private static Workshop shamming() {
    GraphRunner runner =
        GraphRunner.by(MODEL.graph(), MACHINES).with(1, (_, _, _) -> new NodeOutcome.Failed());
    return (model, input) ->
        Optional.of(
            work(
                input,
                TAPE_OF_ONE,
                runner,
                (step, before) -> {
                  MachineRun truth = MACHINES.run(step, before);
                  return step == 1 ? exiting(truth, WRONG) : truth;
                }));
  }

  private static MachineState end(MachineRun run) {
    return run.stateAt(Liar.haltingStep(run));
  }

  /// {@return a run that halts when and with what this one does, but exits otherwise}
  private static MachineRun exiting(MachineRun truth, long exit) {
    long halt = Liar.haltingStep(truth);
    MachineState end = truth.stateAt(halt);
    MemoryImage image =
        new MemoryImage(
            truth.program().memDepth(), List.of(Piece.of(0, truth.memoryAt(halt).bytes().clone())));
    MachineState other = new MachineState(Bytes32.ZERO, end.pc(), exit, end.registers());
    return new ForgedRun(truth, halt, new HaltedRun(truth.program(), other, image), halt);
  }
}
