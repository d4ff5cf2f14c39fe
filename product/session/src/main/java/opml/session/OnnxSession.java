package opml.session;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import opml.core.codec.Names;
import opml.core.hash.Bytes32;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.graph.Port;
import opml.engine.plan.GraphRunner;
import opml.engine.plan.Team;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.formats.onnx.OnnxImporter;
import opml.formats.onnx.StringModel;
import opml.formats.onnx.StringRunner;
import opml.formats.onnx.file.OnnxModel;
import opml.formats.onnx.file.OnnxReader;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.strings.ModelValue;
import opml.formats.strings.NumberTensor;
import opml.formats.strings.StringTensor;
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
/// A session may be used by many threads at once. Inputs are copied when a run begins, several of them side by side,
/// as a chain has them; any memory will do that the caller may read. Outputs are views of one piece of memory, which
/// belongs to the caller.
///
/// A model that has strings runs, too ([#runWithStrings]), but nothing can be committed of it.
public final class OnnxSession implements AutoCloseable {
  private static final String NO_COMMITMENT = "so it has no id, and nothing of it is committed";

  private final Engine engine;
  private final Optional<Team> own;
  private final ReadWriteLock open = new ReentrantReadWriteLock();
  private boolean closed;

  /// What runs: a graph of numbers, or what takes turns with such graphs where a model has strings.
  private sealed interface Engine {
    record Numbers(Graph graph, GraphRunner runner, Supplier<Model> model) implements Engine {}

    record Strings(StringModel model, StringRunner runner) implements Engine {}
  }

  private OnnxSession(Engine engine, Optional<Team> own) {
    this.engine = engine;
    this.own = own;
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
    Optional<Team> own =
        options.threads() == 0 ? Optional.empty() : Optional.of(new Team(options.threads()));
    Team team = own.orElseGet(Team::shared);
    try {
      OnnxModel model = OnnxReader.read(file);
      return new OnnxSession(
          StringModel.isOne(model)
              ? strings(StringModel.of(file.toString(), model, options.bindings()), team)
              : numbers(OnnxImporter.of(file.toString(), model, options.bindings()), team),
          own);
    } catch (UncheckedIOException e) {
      own.ifPresent(Team::close);
      throw e.getCause();
    } catch (IOException | RuntimeException e) {
      own.ifPresent(Team::close);
      throw e;
    }
  }

  private static Engine.Numbers numbers(Graph graph, Team team) {
    Supplier<Model> model = remembered(() -> Model.of(graph, PinnedPrograms::of));
    GraphRunner runner =
        GraphRunner.natively(
            graph,
            Twins.provider(),
            // What a native kernel cannot end, the machine decides.
            (of, node, operands) -> new NodeMachines(model.get()).run(of, node, operands),
            team);
    return new Engine.Numbers(graph, runner, model);
  }

  private static Engine.Strings strings(StringModel model, Team team) {
    return new Engine.Strings(
        model,
        new StringRunner(
            model,
            graph -> {
              Engine.Numbers part = numbers(graph, team);
              return input -> output(part, input);
            }));
  }

  /// {@return whether some inputs, outputs or values in between are strings, so that [#runWithStrings] runs the model
  ///     and nothing can be committed}
  public boolean hasStrings() {
    return engine instanceof Engine.Strings;
  }

  /// {@return the inputs, in the order of the file: names, types and shapes}
  ///
  /// @throws IllegalStateException if the model has strings, whose tensors are as large as each run makes them:
  ///     [#declaredInputs] tells what is known
  public List<Port.Part> inputs() {
    return numbers("its inputs' sizes are open: declaredInputs tells them").graph().input().parts();
  }

  /// {@return the outputs, in the order of the file; where the data decide how large one is, the greatest shape that
  ///     it can have}
  ///
  /// @throws IllegalStateException if the model has strings, as [#inputs]
  public List<Port.Part> outputs() {
    return numbers("its outputs' sizes are open: declaredOutputs tells them")
        .graph()
        .output()
        .results();
  }

  /// {@return the inputs of a model that has strings, in the order of the file, as far as file and bindings say how
  ///     large they are}
  ///
  /// @throws IllegalStateException if it has none
  public List<OnnxValueInfo> declaredInputs() {
    return strings().model().inputs();
  }

  /// {@return the outputs of a model that has strings, in the order of the file, as it declares them}
  ///
  /// @throws IllegalStateException if it has none
  public List<OnnxValueInfo> declaredOutputs() {
    return strings().model().outputs();
  }

  /// Runs the model.
  ///
  /// @param inputs by their names, all of them; what is in their memory at the begin counts
  /// @return outputs by their names, in the order of the file, as large as the data make them
  /// @throws IllegalArgumentException if an input is missing or unknown, or has another type or shape; tells all
  /// @throws IllegalStateException if a node failed, the session is closed, or the model has strings
  public Map<String, Tensor> run(Map<String, Tensor> inputs) {
    Engine.Numbers numbers = numbers("runWithStrings runs it");
    MemorySegment output = whileOpen(() -> output(numbers, packed(numbers.graph(), inputs)));
    return numbers.graph().output().unpack(output);
  }

  /// Runs a model whose inputs, outputs or values in between are strings; any other one, too. Only strings that have
  /// an encoding in UTF-8 are some ([StringTensor]).
  ///
  /// ```java
  /// ModelValue words = StringTensor.of(Shape.of(2), "to be", "or not to be");
  /// ModelValue parts = session.runWithStrings(Map.of("text", words)).get("words");
  /// ```
  ///
  /// @param inputs by their names, all of them
  /// @return outputs by their names, in the order of the file
  /// @throws IllegalArgumentException as [#run]; also if a node cannot take the strings that it is given, or makes too
  ///     many of them, which names the node
  /// @throws opml.formats.refusal.ImportException if values of such sizes are more than the model can have
  /// @throws IllegalStateException if a node failed, or the session is closed
  public Map<String, ModelValue> runWithStrings(Map<String, ModelValue> inputs) {
    if (engine instanceof Engine.Strings(_, StringRunner runner)) {
      return whileOpen(() -> runner.run(inputs));
    }
    Map<String, Tensor> numbers = new LinkedHashMap<>();
    inputs.forEach((name, value) -> numbers.put(name, tensor(name, value)));
    Map<String, ModelValue> outputs = new LinkedHashMap<>();
    run(numbers).forEach((name, tensor) -> outputs.put(name, new NumberTensor(tensor)));
    return outputs;
  }

  private static Tensor tensor(String name, ModelValue value) {
    return switch (value) {
      case NumberTensor(Tensor tensor) -> tensor;
      case StringTensor strings ->
          throw new IllegalArgumentException(
              "%s is %s, and the model has no strings"
                  .formatted(Names.shown(name), strings.describe()));
    };
  }

  /// Runs the model, and says what the run comes to on a chain. The weights are hashed at the first call.
  ///
  /// @param inputs as [#run]
  /// @throws IllegalArgumentException as [#run]; also if the model is one that no claim can be about
  /// @throws IllegalStateException as [#run]
  public Commitment commit(Map<String, Tensor> inputs) {
    Engine.Numbers numbers = numbers(NO_COMMITMENT);
    Model model = numbers.model().get();
    byte[] input = packed(numbers.graph(), inputs).toArray(ValueLayout.JAVA_BYTE);
    GraphExecution run = whileOpen(() -> GraphExecution.run(model, input, numbers.runner()));
    if (run.finalState().status() == GraphState.Status.FAILED) {
      throw new IllegalStateException("a node failed: its program did not end as it must");
    }
    Map<String, Tensor> outputs =
        numbers.graph().output().unpack(MemorySegment.ofArray(run.output()));
    return new Commitment(id(), outputs, run.finalState().commitment());
  }

  /// {@return the model's id, which follows from its file, its bindings and the kernels' programs}
  ///
  /// @throws IllegalStateException if the model has strings, which have no bits that a kernel reads
  public Bytes32 id() {
    return numbers(NO_COMMITMENT).model().get().id();
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

  /// {@return what runs a model of numbers}
  ///
  /// @param instead what else would do, or why nothing does, where the model has strings
  private Engine.Numbers numbers(String instead) {
    return switch (engine) {
      case Engine.Numbers numbers -> numbers;
      case Engine.Strings(StringModel model, _) ->
          throw new IllegalStateException(model.whereStringsAre() + "; " + instead);
    };
  }

  private Engine.Strings strings() {
    if (engine instanceof Engine.Strings strings) {
      return strings;
    }
    throw new IllegalStateException("the model has no strings: inputs and outputs tell its sizes");
  }

  private static MemorySegment output(Engine.Numbers numbers, MemorySegment input) {
    MemorySegment output = Tensor.allocate(numbers.graph().output().bytes());
    return switch (numbers.runner().run(input, output)) {
      case GraphRunner.Ending.Finished() -> output;
      case GraphRunner.Ending.Failed(int node) -> throw failed(numbers.graph(), node);
    };
  }

  private static MemorySegment packed(Graph graph, Map<String, Tensor> inputs) {
    List<Port.Part> parts = graph.input().parts();
    if (!graph.input().isPacked()) {
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

  private static IllegalStateException failed(Graph graph, int node) {
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
