package opml.lab.bench.phases;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.Model;
import opml.engine.plan.GraphRunner;
import opml.engine.trace.GraphExecution;
import opml.ethereum.devchain.AnvilBinary;
import opml.ethereum.devchain.DevChain;
import opml.kernels.catalog.PinnedPrograms;
import opml.lab.bench.BenchException;
import opml.lab.bench.phases.PhasesFigures.Dispute;
import opml.lab.bench.phases.PhasesFigures.Phases;
import opml.lab.bench.phases.PhasesFigures.Row;
import opml.lab.scenario.Lie;
import opml.lab.scenario.OneDispute;
import opml.proof.NodeMachines;
import opml.twins.Twins;

/// Measures the same inference in one phase and in two (opML, arXiv 2401.17555, sections on the multi-phase protocol).
///
/// In one phase there is a single node, which is run in the machine: its `m · n` instructions are the trace. In two
/// the nodes are run natively, and the game finds one of `n` first, and then an instruction among its `m`.
public final class PhasesBench {
  /// Runs are repeated for so long before they count, and then for as long again.
  private static final double HALF_SECONDS = 1;

  private static final int LEAF = 32;

  private final Consumer<String> progress;
  private final byte[] input = LayerModels.input();

  private PhasesBench(Consumer<String> progress) {
    this.progress = progress;
  }

  /// @param sizes the numbers of parts of the models
  /// @param progress hears what is measured
  public static PhasesFigures run(List<Integer> sizes, Consumer<String> progress) {
    PhasesBench bench = new PhasesBench(progress);
    List<String> missing = new ArrayList<>();
    if (AnvilBinary.isInstalled()) {
      try (DevChain chain = DevChain.start()) {
        return new PhasesFigures(bench.rows(sizes, Optional.of(chain)), missing);
      }
    }
    missing.add("disputes: anvil is not installed");
    return new PhasesFigures(bench.rows(sizes, Optional.empty()), missing);
  }

  private List<Row> rows(List<Integer> sizes, Optional<DevChain> chain) {
    List<Row> rows = new ArrayList<>();
    for (int parts : sizes) {
      progress.accept("a layer of %d parts".formatted(parts));
      rows.add(row(parts, chain));
    }
    return rows;
  }

  private Row row(int parts, Optional<DevChain> chain) {
    Model whole = Model.of(LayerModels.whole(parts), PinnedPrograms::of);
    Model split = Model.of(LayerModels.split(parts), PinnedPrograms::of);
    GraphRunner machine = GraphRunner.by(whole.graph(), new NodeMachines(whole));
    // The kernels that a server comes to, from the first run on.
    GraphRunner natively =
        GraphRunner.natively(split.graph(), Twins.choice().kernels(), new NodeMachines(split));
    byte[] one = GraphExecution.run(whole, input, machine).output();
    byte[] two = GraphExecution.run(split, input, natively).output();
    if (!Arrays.equals(one, two)) {
      throw new BenchException("%d parts: other bits in one phase and in two".formatted(parts));
    }
    // The same element of the output, in the middle of it.
    int node = parts / 2;
    int element = LayerModels.ROWS / 2;
    Lie inWhole = new Lie.InElement(0, node * LayerModels.ROWS + element);
    Lie inSplit = new Lie.InElement(2 * node, element);
    return new Row(
        parts,
        new Phases(
            seconds(whole, machine),
            instructions(whole),
            memory(whole),
            dispute(chain, whole, inWhole)),
        new Phases(
            seconds(split, natively),
            split.nodes().size() + instructions(split),
            (long) LEAF * split.graph().slots().size() + memory(split),
            dispute(chain, split, inSplit)));
  }

  private double seconds(Model model, GraphRunner runner) {
    double best = Double.POSITIVE_INFINITY;
    long start = System.nanoTime();
    for (double since = 0; since < 2 * HALF_SECONDS; since = (System.nanoTime() - start) / 1e9) {
      long begin = System.nanoTime();
      var _ = GraphExecution.run(model, input, runner).finalState();
      double taken = (System.nanoTime() - begin) / 1e9;
      best = since < HALF_SECONDS ? best : Math.min(best, taken);
    }
    return best;
  }

  /// {@return instructions of the longest node, by its program's bound}
  private static long instructions(Model model) {
    return model.nodes().stream()
        .mapToLong(node -> node.program().bound().instructions(node.node().scalarArray()))
        .max()
        .orElseThrow();
  }

  /// {@return bytes of the operands of the node with the most}
  private static long memory(Model model) {
    return model.nodes().stream().mapToLong(PhasesBench::memory).max().orElseThrow();
  }

  private static long memory(CommittedNode node) {
    return node.geometry().depths().stream().mapToLong(depth -> (long) LEAF << depth).sum();
  }

  private Dispute dispute(Optional<DevChain> chain, Model model, Lie lie) {
    return chain
        .map(
            dev -> {
              OneDispute one = OneDispute.ofLyingServer(dev, model, input, lie);
              return new Dispute(one.seconds(), one.moves(), one.gas());
            })
        .orElse(Dispute.NONE);
  }
}
