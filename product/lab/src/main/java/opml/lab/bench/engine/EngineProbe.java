package opml.lab.bench.engine;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import opml.engine.commit.HashCache;
import opml.engine.commit.InitialHashes;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.plan.GraphRunner;
import opml.engine.plan.Team;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.Tensor;
import opml.formats.ModelLoader;
import opml.twins.Twins;

/// What has to be measured in a JVM of its own: what a run allocates, what the first one takes, and how soon a
/// large model is ready. Prints its
/// figures, separated by spaces.
public final class EngineProbe {
  private static final int RUNS = 2000;
  private static final int WINDOWS = 12;

  private EngineProbe() {}

  /// @param arguments `allocation MODEL...`, `first MODEL`, or `load MODEL FOLDER`
  public static void main(String[] arguments) throws IOException {
    List<String> rest = List.of(arguments).subList(1, arguments.length);
    switch (arguments[0]) {
      case "allocation" -> {
        long most = 0;
        for (String file : rest) {
          for (int threads = 1; threads <= 2; threads++) {
            most = Math.max(most, allocated(ModelLoader.graph(Path.of(file)), threads));
          }
        }
        System.out.println(most);
      }
      case "first" -> System.out.println(first(Path.of(rest.getFirst())));
      case "load" -> load(Path.of(rest.get(0)), Path.of(rest.get(1)));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  /// {@return the bytes that a run allocates, in the best of several windows: what HotSpot itself allocates now and
  /// then is no part of a run}
  private static long allocated(Graph graph, int threads) {
    ThreadMXBean threadsBean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Team team = new Team(threads);
        Arena arena = Arena.ofShared()) {
      GraphRunner runner =
          GraphRunner.natively(graph, Twins.provider(), NodeRunner.unavailable(), team);
      MemorySegment input = arena.allocate(bytes(graph, graph.input().slot()), 64);
      MemorySegment output = arena.allocate(bytes(graph, graph.output().slot()), 64);
      while (!runner.isWarm()) {
        runner.run(input, output);
      }
      long least = Long.MAX_VALUE;
      for (int window = 0; window < WINDOWS; window++) {
        long before = threadsBean.getTotalThreadAllocatedBytes();
        for (int i = 0; i < RUNS; i++) {
          runner.run(input, output);
        }
        long bytes = threadsBean.getTotalThreadAllocatedBytes() - before;
        least = Math.min(least, bytes / RUNS);
      }
      return least;
    }
  }

  /// {@return seconds until a model has been opened and run once}
  private static double first(Path file) throws IOException {
    long start = System.nanoTime();
    Graph graph = ModelLoader.graph(file);
    GraphRunner runner = GraphRunner.natively(graph, Twins.provider(), NodeRunner.unavailable());
    runner.run(Tensor.allocate(bytes(graph, graph.input().slot())));
    return (System.nanoTime() - start) / 1e9;
  }

  private static long bytes(Graph graph, int slot) {
    return graph.slots().get(slot).bytes();
  }

  private static void load(Path file, Path cache) throws IOException {
    long start = System.nanoTime();
    Graph graph = ModelLoader.graph(file);
    GraphRunner _ =
        GraphRunner.natively(graph, (_, _, _) -> (_, _, _, _) -> 0, NodeRunner.unavailable());
    double run = (System.nanoTime() - start) / 1e9;
    start = System.nanoTime();
    Model model = ModelLoader.load(file, new HashCache(cache), InitialHashes.Progress.NONE);
    model.id();
    double claim = (System.nanoTime() - start) / 1e9;
    Runtime runtime = Runtime.getRuntime();
    double heap = (runtime.totalMemory() - runtime.freeMemory()) / 1e6;
    System.out.printf("%.3f %.3f %.1f%n", run, claim, heap);
  }
}
