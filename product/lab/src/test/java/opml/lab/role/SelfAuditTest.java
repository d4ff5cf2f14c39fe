package opml.lab.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import opml.agent.Agent;
import opml.agent.Host;
import opml.agent.Lookout;
import opml.agent.SelfAudit;
import opml.agent.Server;
import opml.agent.Verifier;
import opml.agent.WorkDesk;
import opml.core.account.Wei;
import opml.core.codec.ShortBuffer;
import opml.engine.commit.Model;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeOutcome;
import opml.ethereum.devchain.AnvilBinary;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.hub.Hub;
import opml.hub.Journal.Entry;
import opml.lab.play.TestModels;
import opml.proof.GraphWork;
import opml.proof.GraphWorkshop;
import opml.proof.NodeMachines;
import opml.store.memory.MapStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/// A native kernel that is wrong by a bit is caught before a bond leaves that would be lost by it.
@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class SelfAuditTest extends RoleStage {
  private final Host host =
      Host.here(
          MapStore.jobsAlone(),
          MapStore.resultsAlone(),
          WorkDesk.usualCores(),
          new SelfAudit(1, new SplittableRandom(1)));

  /// {@return the runs of a model whose kernels of these nodes are wrong}
  private static Workshop wrongAt(Model model, int... nodes) {
    NodeMachines machines = new NodeMachines(model);
    GraphRunner runner = GraphRunner.natively(model.graph(), KernelProvider.reference(), machines);
    for (int node : nodes) {
      runner =
          runner.with(node, (graph, i, operands) -> otherwise(machines.run(graph, i, operands), i));
    }
    GraphRunner wrong = runner;
    int bytes = Math.toIntExact(model.descriptor().inputBytes());
    return (_, input) ->
        Optional.of(
            new GraphWork(
                model,
                GraphWorkshop.frames(model, wrong, ShortBuffer.pad(input, bytes)),
                machines));
  }

  /// Another bit for each node, so that they do not mend each other's.
  private static NodeOutcome otherwise(NodeOutcome right, int node) {
    List<MemorySegment> outputs = ((NodeOutcome.Exited) right).outputs();
    MemorySegment output = outputs.getFirst();
    output.set(ValueLayout.JAVA_BYTE, 0, (byte) (output.get(ValueLayout.JAVA_BYTE, 0) ^ 1 << node));
    return right;
  }

  private Server server(int account, Workshop workshop) {
    return new Server(
        new Lookout(scene.hub(account)),
        workshop,
        journal,
        new Server.Policy(Optional.of(Wei.ZERO), true, 1, 0),
        Agent.Caution.DEFAULT,
        Optional.empty(),
        host);
  }

  private List<Boolean> audits() {
    return told.stream()
        .filter(Entry.Audited.class::isInstance)
        .map(entry -> ((Entry.Audited) entry).difference().isEmpty())
        .toList();
  }

  @Test
  void anAuditNamesTheStepThatIsWrongAndNoOther() {
    Model model = TestModels.ports();
    byte[] input = new byte[Math.toIntExact(model.descriptor().inputBytes())];
    input[2] = 1;
    for (int wrong = 0; wrong < model.nodes().size(); wrong++) {
      Work work = wrongAt(model, wrong).work(model.id(), input).orElseThrow();
      long step = wrong;
      assertThat(LongStream.range(0, work.trace().length()).filter(i -> work.audit(i).isPresent()))
          .containsExactly(step);
      assertThat(work.audit(step).orElseThrow()).startsWith("node %d (".formatted(step));
    }
  }

  @Test
  void aWrongKernelIsCaughtBeforeItsBondLeaves() {
    scene.ask(INPUT);
    Hub hub = scene.hub(2);
    Wei before = hub.sender().balance();
    Server server = server(2, wrongAt(scene.model(), 0, 1));
    for (int i = 0; i < 3; i++) {
      server.tick();
    }
    assertThat(scene.claims()).isEmpty();
    assertThat(hub.sender().balance()).isEqualTo(before);
    assertThat(audits()).containsExactly(false);
    assertThat(told)
        .filteredOn(Entry.Skipped.class::isInstance)
        .singleElement()
        .asString()
        .contains("is wrong, so nothing is staked on it any more");
  }

  @Test
  void aRightKernelIsAuditedOnceAndItsBondIsStaked() {
    scene.ask(INPUT);
    Server server = server(2, scene.honest());
    server.tick();
    server.tick();
    assertThat(audits()).containsExactly(true);
    assertThat(scene.claims()).hasSize(1);
  }

  @Test
  void aVerifierWhoseKernelIsWrongChallengesNoRightClaim() {
    scene.ask(INPUT);
    scene.server(3, _ -> {}).tick();
    Verifier verifier =
        new Verifier(
            new Lookout(scene.hub(4)),
            wrongAt(scene.model(), 0, 1),
            journal,
            Agent.Caution.DEFAULT,
            host);
    verifier.tick();
    verifier.tick();
    assertThat(scene.claims()).hasSize(1);
    assertThat(scene.games()).isEmpty();
    assertThat(audits()).containsExactly(false);
  }
}
