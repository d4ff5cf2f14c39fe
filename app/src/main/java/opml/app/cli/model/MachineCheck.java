package opml.app.cli.model;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.agent.work.Frames;
import opml.agent.work.NodeExecution;
import opml.agent.work.NodeMachines;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.Model;
import opml.vm.machine.Interpreter;

/// Runs every node of a native run again in the machine, and compares.
final class MachineCheck {
  /// What came of it.
  ///
  /// @param steps instructions executed, of all nodes
  /// @param difference where the machine says something else than the native run
  record Outcome(long steps, Optional<String> difference) {}

  private final Model model;
  private final NodeMachines machines;

  MachineCheck(Model model, NodeMachines machines) {
    this.model = model;
    this.machines = machines;
  }

  Outcome compare(Frames frames) {
    long steps = 0;
    for (long step = 0; step < frames.length(); step++) {
      Frames.Frame before = frames.at(step);
      CommittedNode node = model.nodes().get((int) (step % model.nodes().size()));
      Interpreter machine = machines.machine(node, before::slot);
      machine.runTo(node.descriptor().steps());
      steps += machine.steps();
      NodeExecution.Outcome outcome =
          NodeMachines.outcome(model.graph(), node, machine.state(), machine.memory());
      if (!agrees(node, outcome, frames.at(step + 1))) {
        return new Outcome(
            steps,
            Optional.of(
                "node %d (%s, %s)"
                    .formatted(step, node.node().name(), node.node().kernel().name())));
      }
    }
    return new Outcome(steps, Optional.empty());
  }

  private static boolean agrees(
      CommittedNode node, NodeExecution.Outcome outcome, Frames.Frame after) {
    int[] written = node.node().outputs();
    List<MemorySegment> outputs = outcome.outputs();
    if (outputs.size() != written.length) {
      return false;
    }
    for (int i = 0; i < written.length; i++) {
      if (outputs.get(i).mismatch(after.slot(written[i])) >= 0) {
        return false;
      }
    }
    return true;
  }
}
