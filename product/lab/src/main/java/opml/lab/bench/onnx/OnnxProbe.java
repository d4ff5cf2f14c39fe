package opml.lab.bench.onnx;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import opml.engine.graph.Graph;
import opml.engine.plan.GraphRunner;
import opml.engine.run.NodeRunner;
import opml.formats.ModelLoader;
import opml.formats.onnx.Bindings;
import opml.twins.Twins;

/// How soon an embedder is ready to run, in a JVM of its own. Prints seconds, and megabytes of the heap in use.
public final class OnnxProbe {
  private OnnxProbe() {}

  /// @param arguments the model's file, and how many tokens it reads
  public static void main(String[] arguments) throws IOException {
    long start = System.nanoTime();
    int tokens = Integer.parseInt(arguments[1]);
    Graph graph =
        ModelLoader.graph(
            Path.of(arguments[0]),
            new Bindings(Map.of("batch_size", 1, "sequence_length", tokens), Map.of(), Map.of()));
    GraphRunner runner = GraphRunner.natively(graph, Twins.provider(), NodeRunner.unavailable());
    double seconds = (System.nanoTime() - start) / 1e9;
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    double heap = (runtime.totalMemory() - runtime.freeMemory()) / 1e6;
    System.out.printf("%.3f %.1f%n", seconds, heap);
    if (runner.isWarm()) {
      throw new IllegalStateException("nothing has run yet");
    }
  }
}
