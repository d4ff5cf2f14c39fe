package opml.proof;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.LongConsumer;
import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.Model;
import opml.engine.commit.ModelPreimages;
import opml.engine.commit.WellFormedness;
import opml.engine.graph.Graph;
import opml.engine.graph.Slot;
import opml.engine.plan.GraphRunner;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.Tensor;
import opml.engine.trace.GraphExecution;
import opml.engine.trace.RunMemory;
import opml.game.work.NoRoomException;
import opml.game.work.Work;
import opml.game.work.Workshop;
import opml.kernels.catalog.PinnedPrograms;
import opml.twins.Twins;
import opml.vm.checkpoint.CheckpointPolicy;
import opml.vm.state.MemoryPool;

/// Works on the models that it was given. A run is kept as long as somebody holds it, since a dispute asks for the same
/// one again and again, and strangers ask for as many as they like; runs in the machine are made when a dispute comes
/// to their node.
public final class GraphWorkshop implements Workshop {
  /// @param output by its hash, of a model that checks one
  private record Job(Bytes32 model, Bytes32 input, Optional<Bytes32> output) {
    static Job of(Model model, byte[] input, Optional<byte[]> output) {
      return new Job(model.id(), Keccak.hash(input), output.map(Keccak::hash));
    }
  }

  private static final class Held extends WeakReference<GraphWork> {
    private final Job job;

    Held(Job job, GraphWork work, ReferenceQueue<GraphWork> dropped) {
      super(work, dropped);
      this.job = job;
    }
  }

  private static final Progress NOBODY = (_, _) -> {};

  /// Bytes of values that a run keeps besides those of the last state.
  private static final long KEPT_BYTES = 256L << 20;

  /// Of the room for values, the part that one run may keep.
  private static final int KEPT_PART = 4;

  private final Map<Bytes32, Model> models = new HashMap<>();

  /// Of the models that check an output.
  private final Map<Bytes32, Answers> answers = new HashMap<>();

  /// Those models that are kept only as long as there is room for them.
  private final Set<Bytes32> passing = new HashSet<>();

  /// What runs the models, made when it is first needed.
  private final Map<Bytes32, GraphRunner> runners = new ConcurrentHashMap<>();

  private final Map<Job, Held> works = new HashMap<>();

  /// Runs that are being made. Nobody else waits for them, least of all a game on another run.
  private final Map<Job, FutureTask<GraphWork>> making = new HashMap<>();

  private final ReferenceQueue<GraphWork> dropped = new ReferenceQueue<>();
  private final CheckpointPolicy policy;

  /// A workshop that keeps nothing beyond this process.
  ///
  /// @throws IllegalArgumentException if a model is ill-formed
  public GraphWorkshop(List<Model> models) {
    this(models, CheckpointPolicy.DEFAULT);
  }

  /// @param policy for the checkpoints of runs in the machine
  /// @throws IllegalArgumentException if a model is ill-formed
  public GraphWorkshop(List<Model> models, CheckpointPolicy policy) {
    this.policy = policy;
    models.forEach(this::add);
  }

  /// Comes to know a model.
  ///
  /// @throws IllegalArgumentException if it is ill-formed: who defends one can lose a game that he plays right; or if
  ///     it checks an output, which somebody has to find
  public void add(Model model) {
    if (model.descriptor().outputGiven()) {
      throw new IllegalArgumentException(
          "model %s checks an output that is given, and nobody is there who finds it"
              .formatted(model.id()));
    }
    know(model);
    HeapBudget.shared().holds(model.id(), weightBytes(model));
  }

  /// Comes to know a model that checks its output.
  ///
  /// @param finder of its outputs
  /// @throws IllegalArgumentException if it is ill-formed, or computes its output
  public void add(Model model, Answers finder) {
    if (!model.descriptor().outputGiven()) {
      throw new IllegalArgumentException("model %s computes its output".formatted(model.id()));
    }
    know(model);
    synchronized (this) {
      answers.put(model.id(), finder);
    }
    HeapBudget.shared().holds(model.id(), weightBytes(model));
  }

  private void know(Model model) {
    List<String> problems =
        WellFormedness.problems(ModelPreimages.of(model), PinnedPrograms.editions());
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          "ill-formed model %s: %s".formatted(model.id(), String.join("; ", problems)));
    }
    synchronized (this) {
      models.put(model.id(), model);
    }
  }

  /// Comes to know a model that may be forgotten again. Its runs hold it for that long too, so its bytes are counted
  /// among those that they keep. Of one that checks its output, claims are judged, and no output is found.
  ///
  /// @throws IllegalArgumentException if it is ill-formed
  public void addPassing(Model model) {
    know(model);
    synchronized (this) {
      passing.add(model.id());
    }
  }

  /// Forgets a model that was added as one that may be. Its runs that somebody holds stay as they are.
  public synchronized void forget(Bytes32 modelId) {
    if (passing.remove(modelId)) {
      models.remove(modelId);
      runners.remove(modelId);
    }
  }

  /// {@return a bound of the bytes that a model takes with one run of it, and with the machine of a dispute over its
  /// largest node; told before any of it is taken}
  public long mostBytes(Model model) {
    RunMemory run = RunMemory.of(model);
    long bytes = run.model() + run.values() + run.passing();
    bytes += ExecutedFrames.FRAMES * run.values();
    long machine = 0;
    for (CommittedNode node : model.kinds()) {
      long memory = 32L << node.descriptor().memDepth();
      long checkpoints = 2 + node.descriptor().steps() / policy.interval();
      long saved =
          memory > policy.memoryBytes() / checkpoints ? policy.memoryBytes() : memory * checkpoints;
      // Its tree has a hash for each page, and as many above.
      machine = Math.max(machine, memory + memory / 32 + saved);
    }
    return bytes + machine;
  }

  /// {@return the models that this workshop knows}
  public synchronized List<Model> models() {
    return new ArrayList<>(models.values());
  }

  @Override
  public synchronized boolean knows(Bytes32 modelId) {
    return models.containsKey(modelId);
  }

  /// {@return the bytes of weights on the heap; those that come from files lie outside of it}
  private static long weightBytes(Model model) {
    return model.graph().slots().stream()
        .filter(slot -> slot.initial().filter(Tensor::isOnHeap).isPresent())
        .mapToLong(Slot::bytes)
        .sum();
  }

  @Override
  public Optional<Work> work(Bytes32 modelId, byte[] input) {
    return work(modelId, input, NOBODY);
  }

  /// Who asks for a run that somebody else has asked for already, hears nothing of it on the way.
  @Override
  public Optional<Work> work(Bytes32 modelId, byte[] input, Progress progress) {
    return model(modelId)
        .filter(model -> !model.descriptor().outputGiven() || finder(model).isPresent())
        .map(
            model -> {
              byte[] whole = ShortBuffer.pad(input, inputBytes(model));
              Optional<Answers> finder = finder(model);
              Optional<byte[]> output = finder.map(found -> found.to(whole, progress));
              boolean passes = finder.filter(Answers::leaveNothing).isPresent();
              return graphWork(model, whole, output, progress, passes);
            });
  }

  @Override
  public boolean checksOutput(Bytes32 modelId) {
    return model(modelId).filter(model -> model.descriptor().outputGiven()).isPresent();
  }

  @Override
  public long runBytes(Bytes32 modelId) {
    return model(modelId).map(model -> runBytes(model.graph(), keptBytes())).orElse(0L);
  }

  /// {@return about how many bytes a run takes: while it runs, each slot has a value, and in the end a copy of it that
  /// is kept}
  private static long runBytes(Graph graph, long kept) {
    return kept + 2 * ExecutedFrames.valueBytes(graph);
  }

  /// {@return bytes of values that a run may keep on its way}
  private static long keptBytes() {
    return Math.min(KEPT_BYTES, HeapBudget.shared().valueBytes() / 2 / KEPT_PART);
  }

  @Override
  public Optional<Work> check(Bytes32 modelId, byte[] input, byte[] output, Progress progress) {
    return model(modelId)
        .map(
            model ->
                graphWork(
                    model,
                    ShortBuffer.pad(input, inputBytes(model)),
                    Optional.of(ShortBuffer.pad(output, outputBytes(model))),
                    progress,
                    false));
  }

  /// {@return who finds the right outputs, if the model checks them}
  private synchronized Optional<Answers> finder(Model model) {
    return Optional.ofNullable(answers.get(model.id()));
  }

  private static int outputBytes(Model model) {
    return Math.toIntExact(model.descriptor().outputBytes());
  }

  private synchronized Optional<Model> model(Bytes32 modelId) {
    return Optional.ofNullable(models.get(modelId));
  }

  private static int inputBytes(Model model) {
    return Math.toIntExact(model.descriptor().inputBytes());
  }

  /// {@return the run of a model on an input}
  ///
  /// @throws opml.game.work.NoRoomException if it does not fit the memory of this process
  public GraphWork graphWork(Model model, byte[] input) {
    return graphWork(model, input, Optional.empty(), NOBODY, false);
  }

  /// {@return the run of a model that checks an output, on an input and this output}
  ///
  /// @throws opml.game.work.NoRoomException if it does not fit the memory of this process
  public GraphWork checkingWork(Model model, byte[] input, byte[] output) {
    return graphWork(model, input, Optional.of(output), NOBODY, false);
  }

  /// @param passes whether the output is known to pass, and leaves nothing behind
  private GraphWork graphWork(
      Model model, byte[] input, Optional<byte[]> output, Progress progress, boolean passes) {
    Job job = Job.of(model, input, output);
    FutureTask<GraphWork> run;
    synchronized (this) {
      forgetDropped();
      Held held = works.get(job);
      GraphWork known = held == null ? null : held.get();
      if (known != null && !known.isRetired()) {
        return known;
      }
      run =
          making.computeIfAbsent(
              job, _ -> new FutureTask<>(() -> compute(model, input, output, progress, passes)));
    }
    run.run(); // by the first who comes; the others wait for it
    try {
      return made(job, run);
    } finally {
      synchronized (this) {
        making.remove(job, run);
      }
    }
  }

  private GraphWork made(Job job, FutureTask<GraphWork> run) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          GraphWork work = run.get();
          synchronized (this) {
            works.put(job, new Held(job, work, dropped));
          }
          return work;
        } catch (InterruptedException e) {
          interrupted = true; // a run cannot be left half made
        }
      }
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new IllegalStateException(e);
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void forgetDropped() {
    for (Reference<?> next = dropped.poll(); next != null; next = dropped.poll()) {
      if (next instanceof Held held) {
        works.remove(held.job, held);
      }
    }
  }

  /// {@return what runs a model natively on all cores, and falls back on the machine where Java throws}
  public static GraphRunner runner(Model model) {
    NodeMachines machines = new NodeMachines(model);
    // An input may drive every node into the machine, and each takes up to a gigabyte there: one at
    // a time.
    NodeRunner fallback =
        (graph, node, operands) -> {
          synchronized (machines) {
            return machines.run(graph, node, operands);
          }
        };
    // Checks are long from the first one on.
    KernelProvider kernels =
        model.descriptor().outputGiven() ? Twins.choice().kernels() : Twins.provider();
    return GraphRunner.natively(model.graph(), kernels, fallback);
  }

  /// {@return the states of a run}
  ///
  /// @param runner of this model
  /// @throws NoRoomException if it does not fit the memory of this process
  public static Frames frames(Model model, GraphRunner runner, byte[] input) {
    return frames(model, runner, input, Optional.empty(), NOBODY, false);
  }

  private static Frames frames(
      Model model,
      GraphRunner runner,
      byte[] input,
      Optional<byte[]> output,
      Progress progress,
      boolean passes) {
    // One may be made for a game while another is made beside it.
    long most = HeapBudget.shared().valueBytes() / 2;
    long kept = keptBytes();
    long bytes = runBytes(model.graph(), kept);
    if (bytes > most) {
      throw new NoRoomException("a run of model " + model.id(), bytes, most);
    }
    long steps = model.descriptor().steps();
    LongConsumer course = step -> progress.at(step, steps);
    if (passes) {
      return new ExecutedFrames(
          GraphExecution.passing(model, input, output.orElseThrow(), runner, kept));
    }
    return new ExecutedFrames(
        output.isPresent()
            ? GraphExecution.check(model, input, output.get(), runner, kept, course)
            : GraphExecution.run(model, input, runner, kept, course));
  }

  private GraphWork compute(
      Model model, byte[] input, Optional<byte[]> output, Progress progress, boolean passes) {
    HeapBudget memory = HeapBudget.shared();
    long resident = Math.min(policy.memoryBytes(), memory.growth() / 2);
    NodeMachines machines =
        new NodeMachines(model, MemoryPool.shared(), policy.withMemory(resident));
    GraphRunner runner = runners.computeIfAbsent(model.id(), _ -> runner(model));
    Frames frames = frames(model, runner, input, output, progress, passes);
    return new GraphWork(model, frames, machines, memory, passingBytes(model));
  }

  private synchronized long passingBytes(Model model) {
    return passing.contains(model.id()) ? RunMemory.of(model).model() : 0;
  }
}
