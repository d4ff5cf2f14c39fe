package opml.lab.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import opml.core.codec.ByteWriter;
import opml.core.hash.Bytes32;
import opml.core.merkle.SparseTree;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.commit.ModelDescriptor;
import opml.engine.commit.NodeDescriptor;
import opml.engine.commit.Output;
import opml.engine.graph.Clearing;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeOutcome;
import opml.engine.trace.GraphExecution;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.Values;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.ethereum.send.Sender;
import opml.game.move.GameFormat;
import opml.game.solver.Solver;
import opml.game.trace.Trace;
import opml.game.work.Work;
import opml.hub.contracts.Artifacts;
import opml.kernels.catalog.PinnedProgram;
import opml.kernels.catalog.PinnedPrograms;
import opml.lab.play.TestModels;
import opml.mnist.DemoModel;
import opml.proof.ExecutedFrames;
import opml.proof.GraphWork;
import opml.proof.GraphWorkshop;
import opml.proof.MachineRun;
import opml.proof.NodeMachines;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class GraphWorkTest {
  private static final int LOAD = 0x03;
  private static final int STORE = 0x23;

  private static DevChain dev;
  private static Contract graphStep;
  private static Contract step;

  @BeforeAll
  static void deploy() {
    dev = DevChain.start(DevChain.Options.DEFAULT);
    Sender sender = new Sender(dev.chain(), dev.account(0));
    graphStep = sender.deploy(Artifacts.GRAPH_STEP.load());
    step = sender.deploy(Artifacts.STEP.load());
  }

  @AfterAll
  static void stopChain() {
    if (dev != null) {
      dev.close();
    }
  }

  @Test
  void aRunThatIsHeldIsTheSameForAllWhoAskUntilItIsRetired() {
    Model model = TestModels.demo(DemoModel.INT8);
    byte[] input = TestModels.input(DemoModel.INT8);
    GraphWorkshop workshop = new GraphWorkshop(List.of(model));
    GraphWork first = workshop.graphWork(model, input);
    assertThat(workshop.graphWork(model, input)).isSameAs(first);
    first.retire();
    GraphWork second = workshop.graphWork(model, input);
    assertThat(second).isNotSameAs(first);
    assertThat(workshop.graphWork(model, input)).isSameAs(second);
    assertThat(second.result().finalState()).isEqualTo(first.result().finalState());
  }

  /// The native run, the machine and the contracts tell one story about every node and about steps inside it.
  @ParameterizedTest
  @EnumSource
  void everyNodeIsTheSameNativelyInTheMachineAndOnChain(DemoModel demo) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Model model = TestModels.demo(demo);
    byte[] input = TestModels.input(demo);
    NodeMachines machines = new NodeMachines(model);
    GraphExecution natively =
        GraphExecution.run(
            model,
            input,
            GraphRunner.natively(model.graph(), KernelProvider.reference(), machines));
    GraphWork work = new GraphWork(model, new ExecutedFrames(natively), machines);
    assertThat(work.result().finalState()).isEqualTo(natively.finalState().commitment());
    assertThat(work.result().output()).isEqualTo(natively.output());
    Trace nodes = work.trace();
    for (long i = 0; i < nodes.length(); i++) {
      String where = demo + " node " + i + " of seed " + seed;
      MachineRun run = work.run(i);
      NodeDescriptor node = work.node(i).descriptor();
      SparseTree before = natively.at(i).slots();
      assertThat(run.stateAt(0).memRoot())
          .as("%s: the descriptor's fold", where)
          .isEqualTo(node.memoryRoot(before::leaf));

      Trace instructions = nodes.refine(i).orElseThrow();
      List<Bytes32> states = new Solver(GameFormat.PROTOCOL).opening(instructions);
      requireLinked(where, work, i, natively.state(i), nodes.at(i + 1), instructions, states);

      MachineState end = run.stateAt(node.steps());
      Memory memory = run.memoryAt(node.steps());
      assertThat(machines.outcome((int) i, end, memory))
          .as(where)
          .isInstanceOf(NodeOutcome.Exited.class);
      SparseTree after = natively.at(i + 1).slots();
      for (Output output : node.outputs()) {
        assertThat(memory.subtree(output.depth(), output.index()))
            .as("%s: slot %d", where, output.slot())
            .isEqualTo(after.leaf(output.slot()));
      }
      requireExecuted(where, work, i, instructions, random);
    }
  }

  private static void requireLinked(
      String where,
      GraphWork work,
      long index,
      GraphState before,
      Bytes32 after,
      Trace instructions,
      List<Bytes32> states) {
    ModelDescriptor model = work.model().descriptor();
    Work.Refinement refinement = work.refinement(index, states);
    assertThat(refinement.status()).isZero();
    assertThat(refinement.slotsRoot()).isEqualTo(before.slotsRoot());
    List<Object> place =
        List.of(model.graphRoot(), (long) model.graphDepth(), (long) model.slotDepth(), index);
    Values linked =
        graphStep.read(
            dev.chain().snapshot(), "link", place, refinement.slotsRoot(), refinement.witness());
    NodeDescriptor node = work.node(index).descriptor();
    assertThat(linked.bytes32("program")).as(where).isEqualTo(node.program());
    assertThat(linked.bytes32("program")).as(where).isEqualTo(instructions.context());
    assertThat(linked.number("stepsLog2")).as(where).isEqualTo(node.stepsLog2());
    assertThat(linked.bytes32("start")).as(where).isEqualTo(instructions.at(0));
    assertThat(linked.bytes32("image")).as("%s: E'", where).isEqualTo(after);
    ByteWriter packed = new ByteWriter();
    states.forEach(packed::bytes32);
    assertThat(linked.data("states").toArray()).as(where).isEqualTo(packed.toArray());
  }

  /// The first step, loads and stores and what follows them, the halting step, the first and the last of the padding.
  private static void requireExecuted(
      String where, GraphWork work, long node, Trace instructions, Random random) {
    MachineRun run = work.run(node);
    long halt = haltingStep(run, instructions.length());
    TreeSet<Long> samples = new TreeSet<>(List.of(0L, halt - 1, halt, instructions.length() - 1));
    samples.add(next(run, 0, LOAD, halt));
    samples.add(next(run, 0, STORE, halt));
    long later = halt / 2 + random.nextLong(16);
    samples.add(next(run, later, LOAD, halt));
    samples.add(next(run, later, STORE, halt));
    for (long at : samples) {
      Work.Execution execution = work.execution(List.of(node), at);
      Bytes32 poststate =
          step.read(
                  dev.chain().snapshot(),
                  "step",
                  instructions.at(at),
                  execution.codeRoot(),
                  (long) execution.codeDepth(),
                  (long) execution.memDepth(),
                  execution.witness())
              .bytes32(0);
      assertThat(poststate).as("%s, instruction %d", where, at).isEqualTo(instructions.at(at + 1));
    }
  }

  /// {@return the first step from here on with this opcode, or the halting one}
  private static long next(MachineRun run, long from, int opcode, long halt) {
    for (long at = from; at < Math.min(halt, from + 2000); at++) {
      if ((run.program().word(run.stateAt(at).pc()) & 0x7f) == opcode) {
        return at;
      }
    }
    return halt;
  }

  private static long haltingStep(MachineRun run, long length) {
    long low = 0;
    long high = length;
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (run.stateAt(middle).halted()) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return high;
  }

  @Test
  void hostileInputGivesTheMachinesBits() {
    Model model = TestModels.dense();
    byte[] input = TestModels.input(Float.NaN, Float.NEGATIVE_INFINITY, -0.0f);
    NodeMachines machines = new NodeMachines(model);
    GraphExecution inTheMachine =
        GraphExecution.run(model, input, GraphRunner.by(model.graph(), machines));
    List<RuntimeException> reasons =
        List.of(
            new IndexOutOfBoundsException("token 50000 of 50000"),
            new ArithmeticException("/ by zero"));
    for (RuntimeException reason : reasons) {
      List<String> called = new ArrayList<>();
      KernelProvider throwing =
          (kernel, scalars, constants) ->
              (segments, scratch, from, to) -> {
                called.add(kernel.name());
                // What it wrote until then counts for nothing.
                segments[segments.length - 1].fill((byte) 0x5a);
                throw reason;
              };
      GraphExecution fallen =
          GraphExecution.run(model, input, GraphRunner.natively(model.graph(), throwing, machines));
      // Clearing is the executor's own work, which no kernel is asked for.
      assertThat(called)
          .hasSize(
              (int) model.graph().nodes().stream().filter(node -> !Clearing.clears(node)).count());
      for (long i = 0; i <= fallen.length(); i++) {
        assertThat(fallen.state(i)).isEqualTo(inTheMachine.state(i));
      }
      assertThat(fallen.output()).isEqualTo(inTheMachine.output());
    }
    GraphExecution natively =
        GraphExecution.run(
            model,
            input,
            GraphRunner.natively(model.graph(), KernelProvider.reference(), machines));
    assertThat(natively.finalState()).isEqualTo(inTheMachine.finalState());
  }

  @Test
  void agentRefusesIllFormedModel() {
    Model good = TestModels.dense();
    Model foreign =
        Model.of(
            good.graph(),
            kernel -> {
              PinnedProgram pinned = PinnedPrograms.of(kernel);
              return new PinnedProgram(
                  Bytes32.ofWord(1),
                  pinned.codeDepth(),
                  pinned.constants(),
                  pinned.stackBytes(),
                  pinned.bound());
            });
    assertThatThrownBy(() -> new GraphWorkshop(List.of(good, foreign)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ill-formed model " + foreign.id())
        .hasMessageContaining("none of our kernels");
  }

  @Test
  void aWorkAnswersTheSameAfterARestart() {
    Model model = TestModels.dense();
    byte[] input = TestModels.input(1, 2, 3);
    List<Work> works =
        List.of(
            new GraphWorkshop(List.of(model)).graphWork(model, input),
            new GraphWorkshop(List.of(TestModels.dense())).work(model.id(), input).orElseThrow());
    Work first = works.get(0);
    Work second = works.get(1);
    assertThat(second.claimEvidence()).isEqualTo(first.claimEvidence());
    assertThat(second.openingEvidence()).isEqualTo(first.openingEvidence());
    for (long node = 0; node < first.trace().length(); node++) {
      Trace below = first.trace().refine(node).orElseThrow();
      List<Bytes32> states = new Solver(GameFormat.PROTOCOL).opening(below);
      assertThat(second.refinement(node, states).witness())
          .isEqualTo(first.refinement(node, states).witness());
      for (long at : new long[] {below.length() - 1, 100, 0, 7}) {
        assertThat(second.execution(List.of(node), at).witness())
            .isEqualTo(first.execution(List.of(node), at).witness());
      }
    }
    assertThat(Arrays.equals(first.result().output(), second.result().output())).isTrue();
    assertThat(new GraphWorkshop(List.of(model)).work(Bytes32.ofWord(9), input)).isEmpty();
  }
}
