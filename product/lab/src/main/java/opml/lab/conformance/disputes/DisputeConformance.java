package opml.lab.conformance.disputes;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import opml.core.hash.Bytes32;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.Model;
import opml.engine.commit.Output;
import opml.engine.graph.Clearing;
import opml.engine.graph.GraphNode;
import opml.ethereum.devchain.DevChain;
import opml.game.move.Action;
import opml.game.move.Side;
import opml.game.work.Work;
import opml.lab.scenario.Liar;
import opml.lab.scenario.Lie;
import opml.lab.scenario.ManyDisputes;
import opml.proof.GraphWorkshop;

/// Plays a dispute over each of many operators and networks: somebody's run is wrong in one bit of a random node's
/// result, and the honest side refutes it, down to one instruction that the contract executes.
///
/// Whether the server lies and a verifier refutes him, or a challenger lies and the server does, follows from the
/// number of moves, so that the honest one has the last word.
public final class DisputeConformance {
  /// Random nodes and lies until one is found: that leaves another final state, of a model that no other dispute has.
  private static final int DRAWS = 100;

  private static final int LIES = 20;

  /// Kernels that stand before and behind those of operators.
  private static final Set<String> HELPERS = Set.of("cast", "copy");

  private final ManyDisputes stage;
  private final int batch;
  private final long seed;
  private final Set<Bytes32> taken = new HashSet<>();

  /// Deploys the one hub of all disputes.
  ///
  /// @param batch disputes that are played side by side; their runs are kept in memory
  /// @param seed of nodes, inputs and lies; what is drawn for a subject follows from it and the subject's name alone
  public DisputeConformance(DevChain chain, int batch, long seed) {
    this.stage = new ManyDisputes(chain);
    this.batch = batch;
    this.seed = seed;
  }

  /// A lie that somebody is to be caught at.
  private record Drawn(String name, DisputeSubject.Run run, Lie.InBit lie, Liar liar, Side lies) {
    ManyDisputes.Dispute dispute() {
      return new ManyDisputes.Dispute(run.model(), run.input(), liar, lies);
    }
  }

  /// {@return how all fare, in their order}
  ///
  /// @param progress hears how many are done
  public List<DisputeResult> play(List<DisputeSubject> subjects, IntConsumer progress) {
    List<DisputeResult> results = new ArrayList<>();
    for (int from = 0; from < subjects.size(); from += batch) {
      List<DisputeSubject> some = subjects.subList(from, Math.min(from + batch, subjects.size()));
      List<Drawn> drawn = some.stream().map(this::draw).toList();
      ManyDisputes.Played played = stage.play(drawn.stream().map(Drawn::dispute).toList());
      for (int i = 0; i < drawn.size(); i++) {
        results.add(result(drawn.get(i), played.disputes().get(i), played.failures()));
      }
      progress.accept(results.size());
    }
    return results;
  }

  private Drawn draw(DisputeSubject subject) {
    SplittableRandom random = new SplittableRandom(seed + 31L * subject.name().hashCode());
    for (int i = 0; i < DRAWS; i++) {
      DisputeSubject.Run run = subject.draw().apply(random);
      if (taken.contains(run.model().id())) {
        continue;
      }
      Optional<Drawn> drawn = lie(subject.name(), run, random);
      if (drawn.isPresent()) {
        taken.add(run.model().id());
        return drawn.get();
      }
    }
    throw new IllegalStateException(
        "%s, seed %d: no lie about %d random runs is seen in the final state"
            .formatted(subject.name(), seed, DRAWS));
  }

  /// {@return a lie that is consistent and leaves another final state; nothing if those that were tried did not}
  private static Optional<Drawn> lie(String name, DisputeSubject.Run run, SplittableRandom random) {
    Model model = run.model();
    Work.Result truth = new GraphWorkshop(List.of(model)).graphWork(model, run.input()).result();
    if (truth.status() != 0) {
      return Optional.empty();
    }
    int[] all = steps(model, node -> !Clearing.clears(node));
    int[] own =
        steps(model, node -> !Clearing.clears(node) && !HELPERS.contains(node.kernel().name()));
    for (int i = 0; i < LIES; i++) {
      // What only prepares or hands on is lied about where nothing else is seen.
      int[] steps = own.length > 0 && i < LIES / 2 ? own : all;
      int step = steps[random.nextInt(steps.length)];
      List<Output> outputs = model.nodes().get(step).descriptor().outputs();
      int output = random.nextInt(outputs.size());
      long bytes = model.graph().slots().get(outputs.get(output).slot()).bytes();
      Lie.InBit lie = new Lie.InBit(step, output, random.nextLong(Byte.SIZE * bytes));
      Liar liar = new Liar(model, lie);
      Work.Result lied = liar.work(run.input()).result();
      // What nothing reads and a node empties in the end is no lie that anybody sees.
      if (lied.status() == 0 && !lied.finalState().equals(truth.finalState())) {
        Side lies = ManyDisputes.lastWord(model, step).other();
        return Optional.of(new Drawn(name, run, lie, liar, lies));
      }
    }
    return Optional.empty();
  }

  private static int[] steps(Model model, Predicate<GraphNode> which) {
    List<GraphNode> nodes = model.graph().nodes();
    return IntStream.range(0, nodes.size()).filter(i -> which.test(nodes.get(i))).toArray();
  }

  private static DisputeResult result(
      Drawn drawn, ManyDisputes.Outcome outcome, List<String> ofAll) {
    CommittedNode node = drawn.run().model().nodes().get((int) drawn.lie().step());
    List<String> failures = new ArrayList<>(outcome.failures());
    boolean blamed =
        outcome.played().stream()
            .anyMatch(
                move ->
                    move instanceof Action.Refine refine
                        && refine.disputed().first() == drawn.lie().step());
    if (!blamed) {
      failures.add("node %d was not found".formatted(drawn.lie().step()));
    }
    failures.addAll(ofAll);
    long instruction =
        outcome.played().stream()
            .filter(Action.Execute.class::isInstance)
            .mapToLong(move -> move.disputed().first())
            .findFirst()
            .orElse(-1);
    return new DisputeResult(
        drawn.name(),
        drawn.lies(),
        node.node().kernel().name(),
        drawn.lie().step(),
        instruction,
        outcome.moves(),
        outcome.gas(),
        outcome.seconds(),
        failures);
  }
}
