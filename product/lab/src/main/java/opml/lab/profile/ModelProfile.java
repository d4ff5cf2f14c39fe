package opml.lab.profile;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import opml.engine.graph.Clearing;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.plan.GraphRun;
import opml.engine.plan.GraphRunner;
import opml.engine.plan.Team;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.Tensor;
import opml.lab.bench.BenchException;
import opml.lab.profile.NodeWork.Bound;
import opml.twins.Twins;
import opml.twins.tile.Peak;

/// Where the time of a model's runs goes.
///
/// @param nodes in the order in which they run, those that empty slots left out
/// @param seconds of a whole run without a clock between its nodes, the median
/// @param clocked of a whole run with it, the median
/// @param firstSeconds of the first run, in which weights are read and kernels made ready
/// @param threads that shared the nodes
/// @param isWarm whether all kernels were the final ones, as they are after a second or two of running
/// @param spans of the last runs, one array a run: where each of the nodes began and ended, in nanoseconds from the
///     first of the run's, in turn
public record ModelProfile(
    List<NodeTime> nodes,
    double seconds,
    double clocked,
    double firstSeconds,
    int threads,
    boolean isWarm,
    Optional<Peak> peak,
    List<long[]> spans) {
  /// One node's part.
  ///
  /// @param seconds the median over the runs
  /// @param bound what would bound it on this processor; unknown without the peak
  /// @param share of the peak of all threads that it reaches; above 1 where caches are faster than memory
  public record NodeTime(
      String name,
      String operator,
      String kernel,
      double seconds,
      NodeWork work,
      Optional<Bound> bound,
      double share) {}

  private static final int RUNS_KEPT = 3;

  public ModelProfile {
    nodes = List.copyOf(nodes);
    spans = List.copyOf(spans);
  }

  /// Runs a model until it is warm, and then so many times.
  ///
  /// @param machine runs nodes whose native kernel throws
  /// @param threads at least 1
  /// @param runs at least 1
  /// @param warmUp seconds, at most: kernels that are not ready by then are measured as they are
  /// @param progress hears what is done
  /// @throws BenchException if a node fails
  public static ModelProfile of(
      Graph graph,
      MemorySegment input,
      NodeRunner machine,
      int threads,
      int runs,
      double warmUp,
      Consumer<String> progress) {
    try (Team team = new Team(threads)) {
      GraphRunner runner = GraphRunner.natively(graph, Twins.provider(), machine, team);
      return new Runs(graph, runner, input).profile(threads, runs, warmUp, progress);
    }
  }

  private record Runs(Graph graph, GraphRunner runner, MemorySegment input) {
    ModelProfile profile(int threads, int runs, double warmUp, Consumer<String> progress) {
      MemorySegment output = Tensor.allocate(graph.output().bytes());
      double first = run(output) / 1e9;
      progress.accept("runs until the kernels are warm");
      long end = System.nanoTime() + (long) (warmUp * 1e9);
      while (!runner.isWarm() && System.nanoTime() < end) {
        run(output);
      }
      boolean warm = runner.isWarm();
      progress.accept("the processor's peaks");
      Optional<Peak> peak = Peak.measure();
      progress.accept("%,d runs, and as many node by node".formatted(runs));
      long[] whole = new long[runs];
      for (int i = 0; i < runs; i++) {
        whole[i] = run(output);
      }
      List<long[]> spans = new ArrayList<>();
      for (int i = 0; i < runs; i++) {
        spans.add(clocked());
      }
      return new ModelProfile(
          times(spans, peak, threads),
          median(whole) / 1e9,
          median(spans.stream().mapToLong(span -> span[span.length - 1]).toArray()) / 1e9,
          first,
          threads,
          warm,
          peak,
          spans.subList(Math.max(0, runs - RUNS_KEPT), runs));
    }

    private long run(MemorySegment output) {
      long begin = System.nanoTime();
      if (runner.run(input, output) instanceof GraphRunner.Ending.Failed(int node)) {
        throw failed(node);
      }
      return System.nanoTime() - begin;
    }

    private BenchException failed(int node) {
      return new BenchException(
          "node %s failed: its program did not end as it must"
              .formatted(graph.nodes().get(node).name()));
    }

    /// One run with a clock between nodes: two entries for each.
    private long[] clocked() {
      int count = graph.nodes().size();
      long[] span = new long[2 * count];
      try (GraphRun run = runner.startForEnd(input).orElseGet(() -> runner.start(input))) {
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
          span[2 * i] = System.nanoTime() - begin;
          run.proceed(i + 1);
          span[2 * i + 1] = System.nanoTime() - begin;
          if (run.hasFailed()) {
            throw failed(i);
          }
        }
      }
      return span;
    }

    private List<NodeTime> times(List<long[]> spans, Optional<Peak> peak, int threads) {
      List<NodeTime> times = new ArrayList<>();
      for (int i = 0; i < graph.nodes().size(); i++) {
        GraphNode node = graph.nodes().get(i);
        if (Clearing.clears(node)) {
          continue;
        }
        int at = 2 * i;
        double seconds =
            median(spans.stream().mapToLong(span -> span[at + 1] - span[at]).toArray()) / 1e9;
        NodeWork work = NodeWork.of(graph, node);
        times.add(
            new NodeTime(
                node.name(),
                node.operator(),
                node.kernel().name(),
                seconds,
                work,
                peak.map(work::bound),
                peak.map(most -> work.leastSeconds(most) / (threads * seconds))
                    .orElse(Double.NaN)));
      }
      return times;
    }

    private static long median(long[] values) {
      return Arrays.stream(values).sorted().skip(values.length / 2).findFirst().orElseThrow();
    }
  }
}
