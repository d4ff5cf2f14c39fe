package opml.engine.plan;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import opml.engine.graph.Graph;
import opml.engine.graph.Slot;
import opml.engine.run.KernelProvider;
import opml.engine.run.NodeRunner;
import opml.engine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Runs a graph: the one executor, whoever asks. Made once for a graph, and then used by many threads, each of which
/// has its own run. The weights are read, and the kernels made ready, when the first run begins.
///
/// One node runs after the other, over the threads of a [Team] if nobody else has them, else on the caller's own.
public final class GraphRunner {
  /// How a run to the output ended.
  public sealed interface Ending {
    /// All nodes ran, or one stopped the model.
    record Finished() implements Ending {}

    /// The program of a node failed.
    record Failed(int node) implements Ending {}
  }

  /// How a run ended, and its output.
  public sealed interface Result {
    /// All nodes ran, or one stopped the model; the output is what its slot then holds, as the graph's port has it.
    record Finished(Tensor output) implements Result {}

    /// The program of a node failed.
    record Failed(int node) implements Result {}
  }

  /// Models with more weights run many inputs node by node: no core's own caches hold them.
  private static final long MOST_BY_RUN = 1 << 20;

  private static final Ending FINISHED = new Ending.Finished();

  private final LazyPlan plan;
  private final NodeRunner machine;
  private final Team team;
  private final int outputSlot;
  private final long outputBytes;

  /// By whom nodes are run that are not run natively; null for the others.
  private final @Nullable NodeRunner[] elsewhere;

  /// Runs of which only the output is asked.
  private final Pool quick;

  /// Runs of which every state may be asked.
  private final Pool open;

  /// Whether a quick run ends with all that its slots hold then: the output, and zeros.
  private final boolean endsEmpty;

  /// What many inputs were last run by, if nobody uses it.
  private final AtomicReference<@Nullable Batch> batch = new AtomicReference<>();

  private GraphRunner(
      LazyPlan plan, NodeRunner machine, @Nullable NodeRunner[] elsewhere, Team team) {
    this.plan = plan;
    this.machine = machine;
    this.elsewhere = elsewhere;
    this.team = team;
    this.outputSlot = plan.graph().output().slot();
    this.outputBytes = plan.graph().slots().get(outputSlot).bytes();
    boolean folding = Arrays.stream(elsewhere).allMatch(Objects::isNull);
    boolean[] idle = idle(plan.graph(), elsewhere);
    Followers followers = folding ? Followers.of(plan.graph(), idle) : Followers.none(plan.graph());
    Layout layout = Layout.byLifetime(plan.graph(), idle, followers);
    this.quick = new Pool(layout, folding, idle, team.threads());
    this.open = new Pool(Layout.apart(plan.graph()), false, new boolean[idle.length], 1);
    this.endsEmpty = folding && endsEmpty(plan.graph(), idle);
  }

  /// {@return whether nodes that need not run empty every slot that a node writes, but the output}
  private static boolean endsEmpty(Graph graph, boolean[] idle) {
    boolean[] emptied = new boolean[graph.slots().size()];
    emptied[graph.output().slot()] = true;
    for (int i = 0; i < idle.length; i++) {
      if (idle[i]) {
        for (int slot : graph.nodes().get(i).outputs()) {
          emptied[slot] = true;
        }
      }
    }
    return graph.nodes().stream()
        .flatMapToInt(node -> Arrays.stream(node.outputs()))
        .allMatch(slot -> emptied[slot]);
  }

  /// {@return the nodes that need not run where only the output is asked for, by their numbers: those that empty what
  /// nobody reads then}
  private static boolean[] idle(Graph graph, @Nullable NodeRunner[] elsewhere) {
    boolean[] idle = Plan.idle(graph);
    for (int i = 0; i < idle.length; i++) {
      idle[i] &= elsewhere[i] == null;
    }
    return idle;
  }

  /// {@return a runner with native kernels}
  ///
  /// @param machine runs the nodes whose kernel throws
  public static GraphRunner natively(Graph graph, KernelProvider kernels, NodeRunner machine) {
    return natively(graph, kernels, machine, Team.shared());
  }

  /// {@return a runner with native kernels}
  ///
  /// @param machine runs the nodes whose kernel throws
  /// @param team over which nodes are spread
  public static GraphRunner natively(
      Graph graph, KernelProvider kernels, NodeRunner machine, Team team) {
    @Nullable NodeRunner[] nowhere = new NodeRunner[graph.nodes().size()];
    return new GraphRunner(new LazyPlan(graph, kernels), machine, nowhere, team);
  }

  /// {@return a runner that has every node run by another, mostly the machine}
  public static GraphRunner by(Graph graph, NodeRunner nodes) {
    @Nullable NodeRunner[] all = new NodeRunner[graph.nodes().size()];
    Arrays.fill(all, nodes);
    return new GraphRunner(new LazyPlan(graph, KernelProvider.none()), nodes, all, Team.shared());
  }

  /// {@return a runner that differs in one node, which another runs}
  public GraphRunner with(int node, NodeRunner other) {
    @Nullable NodeRunner[] changed = elsewhere.clone();
    changed[node] = other;
    return new GraphRunner(plan, machine, changed, team);
  }

  public Graph graph() {
    return plan.graph();
  }

  /// {@return whether the nodes are run by the code that will run them from now on, and not yet by the reference; it
  /// takes runs to get there}
  public boolean isWarm() {
    return plan.get().handover() == null;
  }

  /// {@return bytes of memory that a run takes of which only the output is asked, besides what the kernels keep of the
  /// weights}
  public long bytes() {
    return quick.layout.bytes()
        + plan.get().asideBytes()
        + team.threads() * plan.get().scratchBytes();
  }

  /// Runs on one input. A graph with several inputs and outputs packs and unpacks them by name
  /// ([opml.engine.graph.Port#pack], [opml.engine.graph.Port#unpack]).
  ///
  /// @param input exactly the bytes of the input's slot
  /// @throws IllegalArgumentException if it is not of that size
  public Result run(MemorySegment input) {
    MemorySegment output = Tensor.allocate(outputBytes);
    return result(run(input, output), output);
  }

  private Result result(Ending ending, MemorySegment output) {
    return switch (ending) {
      case Ending.Finished _ -> new Result.Finished(graph().output().tensor(output));
      case Ending.Failed(int node) -> new Result.Failed(node);
    };
  }

  /// Runs on one input; allocates nothing, once as many runs have been at a time as now.
  ///
  /// @param input exactly the bytes of the input's slot
  /// @param output is written unless the run fails; exactly the bytes of the output's slot
  /// @throws IllegalArgumentException if one is not of its size
  public Ending run(MemorySegment input, MemorySegment output) {
    requireSize(output);
    try (GraphRun run = quick.take()) {
      run.start(input);
      run.proceed(graph().steps());
      return ending(run, outputSlot, output);
    }
  }

  /// {@return how a run ended}
  ///
  /// @param output is written unless it failed
  static Ending ending(GraphRun run, int outputSlot, MemorySegment output) {
    if (run.hasFailed()) {
      return new Ending.Failed(run.lastNode());
    }
    MemorySegment.copy(run.value(outputSlot), 0, output, 0, output.byteSize());
    return FINISHED;
  }

  private void requireSize(MemorySegment output) {
    if (output.byteSize() != outputBytes) {
      Slot slot = graph().slots().get(outputSlot);
      throw new IllegalArgumentException(
          "the output gets %d bytes; %s is %s %s, %d bytes"
              .formatted(
                  output.byteSize(), slot.name(), slot.type().label(), slot.shape(), slot.bytes()));
    }
  }

  /// {@return bytes of memory that [#runAll] takes for so many inputs, besides what the kernels keep of the weights}
  public long bytes(int inputs) {
    Plan made = plan.get();
    return Batch.runs(inputs, runsByNode(), team.threads())
            * (quick.layout.bytes() + made.asideBytes())
        + team.threads() * made.scratchBytes();
  }

  /// Runs on many inputs; the bits are those of as many single runs. Models with large weights take each step for up to
  /// sixteen inputs at once, so that weights are read once for all of them; with small ones each thread of the team
  /// makes one run after the other.
  ///
  /// @return the results in the order of the inputs
  public List<Result> runAll(List<MemorySegment> inputs) {
    List<MemorySegment> outputs =
        Stream.generate(() -> Tensor.allocate(outputBytes)).limit(inputs.size()).toList();
    List<Ending> endings = new ArrayList<>(Collections.nCopies(inputs.size(), FINISHED));
    runAll(inputs, outputs, endings);
    return IntStream.range(0, inputs.size())
        .mapToObj(i -> result(endings.get(i), outputs.get(i)))
        .toList();
  }

  /// Runs on many inputs; allocates nothing, once as many have been run as now.
  ///
  /// @param inputs each of exactly the bytes of the input's slot
  /// @param outputs one for each, written unless its run fails; exactly the bytes of the output's slot
  /// @param endings one for each, which is set to how its run ended
  /// @throws IllegalArgumentException if one is not of its size, or there are not as many of each
  public void runAll(
      List<MemorySegment> inputs, List<MemorySegment> outputs, List<Ending> endings) {
    runAll(inputs, outputs, endings, runsByNode());
  }

  /// @param byNode whether all inputs take a step before one takes the next
  void runAll(
      List<MemorySegment> inputs,
      List<MemorySegment> outputs,
      List<Ending> endings,
      boolean byNode) {
    if (outputs.size() != inputs.size() || endings.size() != inputs.size()) {
      throw new IllegalArgumentException(
          "%d inputs have %d outputs and %d endings"
              .formatted(inputs.size(), outputs.size(), endings.size()));
    }
    for (int i = 0; i < outputs.size(); i++) {
      requireSize(outputs.get(i));
    }
    if (inputs.isEmpty()) {
      return;
    }
    Batch taken = batch.getAndSet(null);
    Batch used = taken == null ? new Batch(plan.get(), team, outputSlot, quick::make) : taken;
    try {
      used.run(byNode, inputs, outputs, endings);
    } finally {
      batch.set(used);
    }
  }

  private boolean runsByNode() {
    return Batch.weightBytes(plan.get()) > MOST_BY_RUN;
  }

  /// Begins a run of which every state may be asked.
  ///
  /// @param input exactly the bytes of the input's slot
  /// @throws IllegalArgumentException if it is not of that size
  public GraphRun start(MemorySegment input) {
    GraphRun run = open.take();
    run.start(input);
    return run;
  }

  /// Begins a run of which nothing is asked but what its slots hold once all nodes have run; it is as fast as one of
  /// which only the output is asked.
  ///
  /// @param input exactly the bytes of the input's slot
  /// @return none if only a run of which every state may be asked can tell that
  /// @throws IllegalArgumentException if the input is not of that size
  public Optional<GraphRun> startForEnd(MemorySegment input) {
    if (!endsEmpty) {
      return Optional.empty();
    }
    GraphRun run = quick.take();
    run.start(input);
    return Optional.of(run);
  }

  /// Runs that nobody uses, as many as were ever used at a time, up to a bound.
  private final class Pool {
    private final Layout layout;
    private final boolean folding;
    private final boolean[] skipped;
    private final AtomicReferenceArray<@Nullable GraphRun> idle;

    Pool(Layout layout, boolean folding, boolean[] skipped, int most) {
      this.layout = layout;
      this.folding = folding;
      this.skipped = skipped;
      this.idle = new AtomicReferenceArray<>(most);
    }

    GraphRun take() {
      for (int i = 0; i < idle.length(); i++) {
        GraphRun run = idle.getAndSet(i, null);
        if (run != null) {
          return run;
        }
      }
      return make(plan.get().scratch(team.threads()));
    }

    GraphRun make(MemorySegment[] scratch) {
      return new GraphRun(
          plan.get(), layout, folding, skipped, machine, elsewhere, team, scratch, this::give);
    }

    private void give(GraphRun run) {
      for (int i = 0; i < idle.length(); i++) {
        if (idle.compareAndSet(i, null, run)) {
          return;
        }
      }
    }
  }
}
