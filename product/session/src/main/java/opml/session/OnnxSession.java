package opml.session;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import opml.core.hash.Bytes32;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.graph.Port;
import opml.engine.plan.GraphRunner;
import opml.engine.plan.Team;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.formats.onnx.OnnxImporter;
import opml.kernels.catalog.PinnedPrograms;
import opml.proof.NodeMachines;
import opml.twins.Twins;

/// An ONNX model, ready to run: the same bits on every machine, with any threads.
///
/// ```java
/// try (OnnxSession session = OnnxSession.open(Path.of("model.onnx"))) {
///   Tensor image = Tensor.ofFloats(Shape.of(1, 3, 224, 224), pixels);
///   Tensor logits = session.run(Map.of("image", image)).get("logits");
/// }
/// ```
///
/// A session may be used by many threads at once. A model with one input reads the tensor where it is; several are
/// put side by side first, as a chain has them. Outputs are views of one piece of memory, which belongs to the caller.
public final class OnnxSession implements AutoCloseable {
  private final Graph graph;
  private final Supplier<Model> model;
  private final GraphRunner runner;
  private final Optional<Team> own;
  private final ReadWriteLock open = new ReentrantReadWriteLock();
  private boolean closed;

  private OnnxSession(Graph graph, OnnxSessionOptions options) {
    this.graph = graph;
    this.model = remembered(() -> Model.of(graph, PinnedPrograms::of));
    this.own = options.threads() == 0 ? Optional.empty() : Optional.of(new Team(options.threads()));
    this.runner =
        GraphRunner.natively(
            graph,
            Twins.provider(),
            // What a native kernel cannot end, the machine decides.
            (of, node, operands) -> new NodeMachines(model.get()).run(of, node, operands),
            own.orElseGet(Team::shared));
  }

  /// {@return a model that is ready to run}
  ///
  /// @throws IOException if the file cannot be read
  /// @throws opml.core.codec.MalformedException if it is not an ONNX model; names file, place and byte
  /// @throws opml.formats.refusal.ImportException if it is one that we cannot run; it tells every reason
  public static OnnxSession open(Path file) throws IOException {
    return open(file, OnnxSessionOptions.DEFAULT);
  }

  /// {@return a model that is ready to run, opened as the options say}
  ///
  /// @throws IOException and others, as [#open(Path)]
  public static OnnxSession open(Path file, OnnxSessionOptions options) throws IOException {
    return new OnnxSession(OnnxImporter.load(file, options.bindings()), options);
  }

  /// {@return the inputs, in the order of the file: names, types and shapes}
  public List<Port.Part> inputs() {
    return graph.input().parts();
  }

  /// {@return the outputs, in the order of the file}
  public List<Port.Part> outputs() {
    return graph.output().parts();
  }

  /// Runs the model.
  ///
  /// @param inputs by their names, all of them
  /// @return outputs by their names, in the order of the file
  /// @throws IllegalArgumentException if an input is missing or unknown, or has another type or shape; tells all
  /// @throws IllegalStateException if a node failed, or the session is closed
  public Map<String, Tensor> run(Map<String, Tensor> inputs) {
    MemorySegment input = packed(inputs);
    MemorySegment output = Tensor.allocate(graph.output().bytes());
    whileOpen(
        () ->
            switch (runner.run(input, output)) {
              case GraphRunner.Ending.Finished() -> true;
              case GraphRunner.Ending.Failed(int node) -> throw failed(node);
            });
    return graph.output().unpack(output);
  }

  /// Runs the model, and says what the run comes to on a chain. The weights are hashed at the first call.
  ///
  /// @param inputs as [#run]
  /// @throws IllegalArgumentException as [#run]; also if the model is one that no claim can be about
  public Commitment commit(Map<String, Tensor> inputs) {
    byte[] input = packed(inputs).toArray(ValueLayout.JAVA_BYTE);
    GraphExecution run = whileOpen(() -> GraphExecution.run(model.get(), input, runner));
    Map<String, Tensor> outputs = graph.output().unpack(MemorySegment.ofArray(run.output()));
    return new Commitment(id(), outputs, run.finalState().commitment());
  }

  /// {@return the model's id, which follows from its file, its bindings and the kernels' programs}
  public Bytes32 id() {
    return model.get().id();
  }

  /// Ends the session, once the runs that have begun are over; later ones are refused.
  @Override
  public void close() {
    open.writeLock().lock();
    try {
      closed = true;
    } finally {
      open.writeLock().unlock();
    }
    own.ifPresent(Team::close);
  }

  private MemorySegment packed(Map<String, Tensor> inputs) {
    List<Port.Part> parts = graph.input().parts();
    if (parts.size() == 1) {
      Port.Part only = parts.getFirst();
      Tensor given = inputs.get(only.name());
      if (given != null
          && inputs.size() == 1
          && given.type() == only.type()
          && given.shape().equals(only.shape())) {
        return given.data();
      }
    }
    return graph.input().pack(inputs);
  }

  private IllegalStateException failed(int node) {
    return new IllegalStateException(
        "node %s failed: its program did not end as it must"
            .formatted(graph.nodes().get(node).name()));
  }

  private <T> T whileOpen(Supplier<T> work) {
    open.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the session is closed");
      }
      return work.get();
    } finally {
      open.readLock().unlock();
    }
  }

  private static <T> Supplier<T> remembered(Supplier<T> make) {
    return new Supplier<>() {
      private Optional<T> known = Optional.empty();

      @Override
      public synchronized T get() {
        if (known.isEmpty()) {
          known = Optional.of(make.get());
        }
        return known.get();
      }
    };
  }
}
