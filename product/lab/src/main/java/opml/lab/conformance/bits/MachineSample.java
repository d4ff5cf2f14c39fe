package opml.lab.conformance.bits;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import opml.core.hash.Bytes32;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.Model;
import opml.kernels.catalog.Kernel;
import opml.lab.conformance.operators.MachineCheck;
import opml.proof.Frames;

/// How nodes of a run fared in the machine: as many as a number of instructions allows, one of each kernel first, and
/// of each kernel and behind that in an order of chance.
///
/// @param nodes that were run
/// @param of so many, which the graph has
/// @param instructions that they took
/// @param difference where the machine says something else than the native run
/// @param states the hash of the run's final state, as a row of one input has it
public record MachineSample(
    int nodes, int of, long instructions, Optional<String> difference, String states) {
  /// {@return the nodes of a run in the machine}
  ///
  /// @param seed of which nodes these are
  /// @param most instructions, of all nodes by their bounds
  static MachineSample take(Model model, Frames frames, long seed, long most) {
    SortedSet<Integer> chosen = choice(model, seed, most);
    MachineCheck.Outcome outcome =
        new MachineCheck(model).compare(frames, chosen.stream().mapToLong(node -> node));
    Bytes32 end = frames.at(frames.length()).state().commitment();
    return new MachineSample(
        chosen.size(),
        model.nodes().size(),
        outcome.steps(),
        outcome.difference(),
        BitsProbe.states(List.of(end)).toString());
  }

  /// {@return the nodes that are run}
  static SortedSet<Integer> choice(Model model, long seed, long most) {
    List<CommittedNode> nodes = model.nodes();
    List<Integer> order = new ArrayList<>(IntStream.range(0, nodes.size()).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    SortedSet<Integer> chosen = new TreeSet<>();
    Set<Kernel> seen = new HashSet<>();
    long left = most;
    for (boolean firstOfKernel : new boolean[] {true, false}) {
      for (int number : order) {
        CommittedNode node = nodes.get(number);
        boolean isWanted =
            firstOfKernel ? !seen.contains(node.node().kernel()) : !chosen.contains(number);
        long steps = node.descriptor().steps();
        if (isWanted && steps <= left) {
          left -= steps;
          chosen.add(number);
          seen.add(node.node().kernel());
        }
      }
    }
    return chosen;
  }
}
