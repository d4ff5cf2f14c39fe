package opml.lab.conformance.operators;

import java.util.Optional;
import java.util.stream.LongStream;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.Model;
import opml.proof.BorrowedMachine;
import opml.proof.Frames;
import opml.proof.NodeMachines;
import opml.vm.machine.Machine;

/// Runs every node of a native run again in the machine, and compares.
public final class MachineCheck {
  /// What came of it.
  ///
  /// @param steps instructions executed, of all nodes
  /// @param difference where the machine says something else than the native run
  public record Outcome(long steps, Optional<String> difference) {}

  private final Model model;
  private final NodeMachines machines;

  public MachineCheck(Model model) {
    this.model = model;
    this.machines = new NodeMachines(model);
  }

  /// {@return how all nodes of a run fare in the machine, one after the other}
  public Outcome compare(Frames frames) {
    return compare(frames, LongStream.range(0, frames.length()));
  }

  /// {@return how some steps of a run fare in the machine, up to the first that differs}
  ///
  /// @param some in the order of the run, which goes on from one to the next
  public Outcome compare(Frames frames, LongStream some) {
    long steps = 0;
    for (long step : some.toArray()) {
      CommittedNode node = model.nodes().get((int) (step % model.nodes().size()));
      try (BorrowedMachine borrowed = machines.machine(step, frames.at(step))) {
        Machine machine = borrowed.machine();
        machine.runTo(node.descriptor().steps());
        steps += machine.steps();
        if (!agrees(node, machine, frames.at(step + 1))) {
          return new Outcome(
              steps,
              Optional.of(
                  "node %d (%s, %s)"
                      .formatted(step, node.node().name(), node.node().kernel().name())));
        }
      }
    }
    return new Outcome(steps, Optional.empty());
  }

  private static boolean agrees(CommittedNode node, Machine machine, Frames.Frame after) {
    return machine.halted()
        && node.descriptor().outputs().stream()
            .allMatch(
                output ->
                    machine
                        .memory()
                        .subtree(output.depth(), output.index())
                        .equals(after.slots().leaf(output.slot())));
  }
}
