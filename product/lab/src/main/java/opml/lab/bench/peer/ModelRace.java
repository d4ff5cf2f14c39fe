package opml.lab.bench.peer;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.plan.GraphRunner;
import opml.engine.plan.Team;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.kernels.catalog.PinnedPrograms;
import opml.lab.bench.BenchException;
import opml.twins.Twins;

/// A model by our engine, beside ONNX Runtime or beside itself.
public final class ModelRace {
  private static final Tensor NOTHING = Tensor.ofFloats(Shape.of(0));

  private ModelRace() {}

  /// {@return what a run takes of ours and of ONNX Runtime's}, turn by turn
  ///
  /// @param threads of each
  /// @param kernels of ours, as `-Dopml.kernels` names them
  /// @param tolerance by how much results may differ, of the greatest output
  /// @throws BenchException if they differ by more: their order of operations is another, so that bits may differ
  public static Race.Times beside(
      OnnxRuntimePeer runtime, BenchModel model, int threads, String kernels, double tolerance)
      throws IOException {
    Graph graph = model.graph();
    try (Team team = new Team(threads);
        Arena arena = Arena.ofShared();
        OnnxRuntimePeer.Session session = runtime.load(model.file(), threads, model.inputs())) {
      GraphRunner runner =
          GraphRunner.natively(graph, Twins.provider(kernels), NodeRunner.unavailable(), team);
      MemorySegment input = model.packed(graph, arena);
      MemorySegment output = arena.allocate(graph.output().bytes(), 64);
      runner.run(input, output);
      Map<String, Tensor> theirs = session.outputs();
      graph
          .output()
          .unpack(output)
          .forEach(
              (name, ours) ->
                  requireAgreement(model, ours, theirs.getOrDefault(name, NOTHING), tolerance));
      warm(runner, input, output);
      return Race.run(() -> runner.run(input, output), session::run);
    }
  }

  /// {@return what a run takes, and one that a claim can be made of}
  public static Race.Times besideItsClaim(BenchModel model) throws IOException {
    Model committed = Model.of(model.graph(), PinnedPrograms::of);
    committed.id();
    GraphRunner runner =
        GraphRunner.natively(committed.graph(), Twins.provider(), NodeRunner.unavailable());
    try (Arena arena = Arena.ofShared()) {
      MemorySegment input = model.packed(committed.graph(), arena);
      byte[] bytes = input.toArray(ValueLayout.JAVA_BYTE);
      MemorySegment output = arena.allocate(committed.graph().output().bytes(), 64);
      warm(runner, input, output);
      return Race.run(
          () -> runner.run(input, output),
          () -> GraphExecution.run(committed, bytes, runner).finalState());
    }
  }

  /// Runs until it is by the kernels that are fast in the end.
  static void warm(GraphRunner runner, MemorySegment input, MemorySegment output) {
    while (!runner.isWarm()) {
      runner.run(input, output);
    }
  }

  private static void requireAgreement(
      BenchModel model, Tensor ours, Tensor found, double tolerance) {
    float[] values = ours.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    float[] theirs = found.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    double most = 0;
    double size = 1;
    for (int i = 0; i < Math.min(values.length, theirs.length); i++) {
      most = Math.max(most, Math.abs(values[i] - theirs[i]));
      size = Math.max(size, Math.abs(theirs[i]));
    }
    if (values.length != theirs.length || !(most <= tolerance * size)) {
      throw new BenchException(
          "%s: our result is not that of ONNX Runtime: it is up to %g away, of %g"
              .formatted(model.name(), most, size));
    }
  }
}
