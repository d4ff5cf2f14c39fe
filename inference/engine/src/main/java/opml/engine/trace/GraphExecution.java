package opml.engine.trace;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.SparseTree;
import opml.core.merkle.ZeroHashes;
import opml.engine.commit.CommittedNode;
import opml.engine.commit.GraphState;
import opml.engine.commit.Model;
import opml.engine.graph.Graph;
import opml.engine.graph.Slot;
import opml.engine.plan.GraphRun;
import opml.engine.plan.GraphRunner;
import opml.engine.tensor.Tensor;

/// A model's run on an input, with all of its states: number 0 has the input written, and the output if the model
/// checks one that is given; number `i` follows step `i - 1`.
///
/// The run itself hashes nothing but its last state, and keeps nothing of the steps. What a state was is found out when
/// somebody asks: the run is taken up again at the nearest state that is kept ([Snapshots]), and goes once over all
/// states of the question, which are kept in turn. A run that has stopped or failed stays as it is, and its later steps
/// cost nothing. A run that empties all but its output keeps nothing at all on its way: it is the one of whoever only
/// asks for the output.
///
/// Safe for many threads; one at a time finds out.
public final class GraphExecution {
  /// A state, with what its commitment binds.
  ///
  /// @param slots the tree over the slots, the caller's own; of a failed state, as they were before it failed
  /// @param values what those slots hold that do not hold the same in all states, by their numbers; not to be changed
  /// @param graph whose slots they are
  public record Moment(
      GraphState state, SparseTree slots, Map<Integer, MemorySegment> values, Graph graph) {
    public Moment {
      values = Map.copyOf(values);
    }

    /// {@return what a slot holds; not to be changed} Weights are read now, if they are still stored.
    public MemorySegment value(int slot) {
      MemorySegment known = values.get(slot);
      return known == null ? constant(graph.slots().get(slot)) : known;
    }

    private static MemorySegment constant(Slot slot) {
      return slot.initial().map(Tensor::data).orElseGet(() -> Tensor.allocate(slot.bytes()));
    }
  }

  /// Bytes of values kept besides those of the last state.
  static final long KEPT_BYTES = 256L << 20;

  /// States that are remembered by their hashes alone.
  static final int KNOWN_STATES = 4096;

  /// About what one of them takes.
  static final long STATE_BYTES = 256;

  /// Steps between two looks at the clock.
  private static final int STRIDE = 16;

  /// A run leaves no states behind more often than this, ...
  private static final long LEAST_PAUSE_NANOS = 100_000_000;

  /// ... and takes no more than this part of its time for it.
  private static final int SHARE = 64;

  private final Model model;
  private final GraphRunner runner;
  private final MemorySegment input;

  /// The output that the run checks, if the model is one that does.
  private final Optional<MemorySegment> given;

  /// The slots that nodes write, ascending.
  private final int[] changing;

  private final long valueBytes;
  private final SparseTree startSlots;
  private final Snapshots snapshots;
  private final Map<Long, GraphState> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, GraphState> eldest) {
          return size() > KNOWN_STATES;
        }
      };

  /// Number of the first state that stays.
  private final long end;

  private final GraphState finalState;

  /// What the slots hold at the end; nothing if the run failed.
  private final Optional<SlotValues> last;

  private final long lastBytes;

  private GraphExecution(
      Model model,
      byte[] input,
      Optional<byte[]> given,
      GraphRunner runner,
      long keptBytes,
      LongConsumer progress,
      boolean passes) {
    this.model = model;
    this.runner = runner;
    this.input = copyOf(input);
    this.given = given.map(GraphExecution::copyOf);
    this.changing = model.writtenSlots();
    this.valueBytes = model.writtenBytes();
    this.snapshots = new Snapshots(keptBytes);
    this.startSlots = model.initialSlots();
    startSlots.set(
        model.graph().input().slot(), MerkleRoot.of(this.input, model.descriptor().inputDepth()));
    this.given.ifPresent(
        output ->
            startSlots.set(
                model.graph().output().slot(),
                MerkleRoot.of(output, model.descriptor().outputDepth())));
    known.put(0L, GraphState.running(startSlots.root()));
    Ending ending = passes ? passed() : run(progress);
    this.finalState = ending.state();
    this.end = ending.step();
    this.last = ending.values();
    Shelf shelf = new Shelf();
    last.ifPresent(shelf::add);
    this.lastBytes = shelf.bytes();
  }

  /// Runs a model.
  ///
  /// @param input exactly the bytes of the input's slot
  /// @param runner of the model's graph, now and when states are asked for
  public static GraphExecution run(Model model, byte[] input, GraphRunner runner) {
    return run(model, input, runner, KEPT_BYTES);
  }

  /// Runs a model.
  ///
  /// @param keptBytes bytes of values kept besides those of the last state
  public static GraphExecution run(Model model, byte[] input, GraphRunner runner, long keptBytes) {
    return run(model, input, runner, keptBytes, _ -> {});
  }

  /// Runs a model.
  ///
  /// @param keptBytes bytes of values kept besides those of the last state
  /// @param progress hears now and then how many steps have been taken
  public static GraphExecution run(
      Model model, byte[] input, GraphRunner runner, long keptBytes, LongConsumer progress) {
    if (model.descriptor().outputGiven()) {
      throw new IllegalArgumentException(
          "model %s checks an output, and none is given".formatted(model.id()));
    }
    return started(model, input, Optional.empty(), runner, keptBytes, progress, false);
  }

  /// Runs a model that checks an output.
  ///
  /// @param output exactly the bytes of the output's slot
  /// @throws IllegalArgumentException if the model computes its output itself
  public static GraphExecution check(Model model, byte[] input, byte[] output, GraphRunner runner) {
    return check(model, input, output, runner, KEPT_BYTES, _ -> {});
  }

  /// Runs a model that checks an output.
  ///
  /// @param output exactly the bytes of the output's slot
  /// @param keptBytes bytes of values kept besides those of the last state
  /// @param progress hears now and then how many steps have been taken
  /// @throws IllegalArgumentException if the model computes its output itself
  public static GraphExecution check(
      Model model,
      byte[] input,
      byte[] output,
      GraphRunner runner,
      long keptBytes,
      LongConsumer progress) {
    return started(model, input, Optional.of(output), runner, keptBytes, progress, false);
  }

  /// The run of a model that checks an output, on one that is known to pass, where such runs take all steps and leave
  /// nothing in the slots but the input and the output: so its last state is known, and nothing is run before a state
  /// on the way is asked for.
  ///
  /// @param output exactly the bytes of the output's slot
  /// @param keptBytes bytes of values kept besides those of the last state
  /// @throws IllegalArgumentException if the model computes its output itself
  public static GraphExecution passing(
      Model model, byte[] input, byte[] output, GraphRunner runner, long keptBytes) {
    return started(model, input, Optional.of(output), runner, keptBytes, _ -> {}, true);
  }

  @SuppressWarnings("ReferenceEquality") // to compare all weights would take as long as a run
  private static GraphExecution started(
      Model model,
      byte[] input,
      Optional<byte[]> given,
      GraphRunner runner,
      long keptBytes,
      LongConsumer progress,
      boolean passes) {
    if (given.isPresent() && !model.descriptor().outputGiven()) {
      throw new IllegalArgumentException(
          "model %s computes its output, and one is given".formatted(model.id()));
    }
    given.ifPresent(output -> requireBytes("output", output, model.descriptor().outputBytes()));
    requireBytes("input", input, model.descriptor().inputBytes());
    if (runner.graph() != model.graph()) {
      throw new IllegalArgumentException(
          "the runner is not one of the graph of model " + model.id());
    }
    return new GraphExecution(model, input, given, runner, keptBytes, progress, passes);
  }

  private static void requireBytes(String what, byte[] bytes, long expected) {
    if (bytes.length != expected) {
      throw new IllegalArgumentException(
          "the %s has %d bytes, the model takes %d".formatted(what, bytes.length, expected));
    }
  }

  private static MemorySegment copyOf(byte[] bytes) {
    return Tensor.allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes));
  }

  // ------------------------------------------------------------------ the run

  /// How a run ended.
  ///
  /// @param step the first state that stays
  /// @param values nothing if the run failed
  private record Ending(GraphState state, long step, Optional<SlotValues> values) {
    static Ending of(Sweep sweep) {
      GraphState state = sweep.state();
      boolean failed = sweep.run().hasFailed();
      return new Ending(
          state, sweep.run().step(), failed ? Optional.empty() : Optional.of(sweep.values(true)));
    }
  }

  /// How a run ends that passes and leaves nothing behind.
  private Ending passed() {
    List<Slot> slots = model.graph().slots();
    SlotValues nothing =
        new SlotValues(
            length(),
            Arrays.stream(changing)
                .mapToObj(slot -> SlotPages.zeros(slots.get(slot).bytes()))
                .toList(),
            Arrays.stream(changing)
                .mapToObj(slot -> ZeroHashes.at(slots.get(slot).depth()))
                .toList());
    GraphState state = new GraphState(GraphState.Status.DONE, startSlots.root());
    return new Ending(state, length(), Optional.of(nothing));
  }

  private Sweep start() {
    return start(runner.start(input));
  }

  private Sweep start(GraphRun run) {
    given.ifPresent(output -> run.put(model.graph().output().slot(), output));
    return new Sweep(model, changing, run, startSlots.copy());
  }

  /// Runs to the end: as fast as can be if what is left then can be told from that, and the run does not stop before
  /// all is emptied.
  private Ending run(LongConsumer progress) {
    Optional<GraphRun> quick = runner.startForEnd(input);
    if (quick.isPresent()) {
      try (Sweep sweep = start(quick.get())) {
        GraphRun run = sweep.run();
        while (goesOn(run)) {
          proceed(run, progress);
        }
        if (run.hasFailed() || run.step() == length()) {
          return Ending.of(sweep);
        }
      }
    }
    try (Sweep sweep = start()) {
      run(sweep.run(), sweep, progress);
      return Ending.of(sweep);
    }
  }

  private void proceed(GraphRun run, LongConsumer progress) {
    run.proceed(Math.min(length(), run.step() + STRIDE));
    progress.accept(run.step());
  }

  /// Runs to the end. A long run leaves states behind, the more apart the longer it lasts.
  private void run(GraphRun run, Sweep sweep, LongConsumer progress) {
    long pause = LEAST_PAUSE_NANOS;
    long since = System.nanoTime();
    while (goesOn(run)) {
      proceed(run, progress);
      long now = System.nanoTime();
      if (now - since > pause && goesOn(run)) {
        boolean many = snapshots.addOnTheWay(sweep.values(false));
        since = System.nanoTime();
        pause = Math.max(many ? 2 * pause : pause, SHARE * (since - now));
      }
    }
  }

  private boolean goesOn(GraphRun run) {
    return run.step() < length() && !run.hasStopped() && !run.hasFailed();
  }

  // ------------------------------------------------------------------ its states

  public Model model() {
    return model;
  }

  /// {@return the number of steps, which is one less than that of states}
  public long length() {
    return model.descriptor().steps();
  }

  /// {@return state number `index`, 0 to [#length()]}
  public GraphState state(long index) {
    return states(index).getFirst();
  }

  /// {@return the states of these numbers, each 0 to [#length()]; found out in one sweep over the run}
  public synchronized List<GraphState> states(long... indexes) {
    Map<Long, GraphState> states = new HashMap<>();
    TreeSet<Long> unknown = new TreeSet<>();
    for (long index : indexes) {
      long moving = moving(index);
      GraphState state = moving == end ? finalState : known.get(moving);
      if (state == null) {
        unknown.add(moving);
      } else {
        states.put(moving, state);
      }
    }
    if (!unknown.isEmpty()) {
      sweep(unknown, states);
    }
    return Arrays.stream(indexes).mapToObj(index -> states.get(moving(index))).toList();
  }

  /// {@return the number of the first state that is the same as number `index`, as far as that is known}
  private long moving(long index) {
    if (index < 0 || index > length()) {
      throw new IndexOutOfBoundsException("state " + index + " of 0 to " + length());
    }
    return Math.min(index, end);
  }

  /// Finds out states before the end. They are kept to be taken up again; evenly spread, where not all can be.
  private void sweep(SortedSet<Long> indexes, Map<Long, GraphState> states) {
    Passed passed = snapshots.asking();
    try (Sweep sweep = start()) {
      sweep.track();
      last.ifPresent(sweep::share);
      int count = 0;
      int every = 1;
      for (long index : indexes) {
        goTo(sweep, index);
        GraphState state = sweep.state();
        states.put(index, state);
        known.put(index, state);
        if (++count % every == 0 && snapshots.hasRoom(valueBytes)) {
          every *= passed.add(sweep.values(true)) ? 2 : 1;
        }
      }
    }
    passed.all().forEach(snapshots::addAsked);
  }

  private void goTo(Sweep sweep, long index) {
    GraphRun run = sweep.run();
    snapshots.floor(index).filter(state -> state.index() > run.step()).ifPresent(sweep::resume);
    run.proceed(index);
    if (run.step() != index || run.hasFailed() || run.hasStopped()) {
      throw new IllegalStateException(
          "step %d ends the run, which it did not when it ran before".formatted(run.step() - 1));
    }
  }

  /// {@return state number `index` with its slots}
  public synchronized Moment at(long index) {
    long moving = moving(index);
    boolean failed = moving == end && last.isEmpty();
    try (Sweep sweep = start()) {
      if (moving == end && last.isPresent()) {
        sweep.resume(last.get());
      } else {
        goTo(sweep, failed ? moving - 1 : moving);
      }
      GraphState shown = sweep.state();
      if (moving < end && snapshots.hasRoom(valueBytes)) {
        last.ifPresent(sweep::share);
        snapshots.addAsked(sweep.values(true));
      }
      return new Moment(
          moving == end ? finalState : shown, sweep.slots(), values(sweep.run()), model.graph());
    }
  }

  private Map<Integer, MemorySegment> values(GraphRun run) {
    Map<Integer, MemorySegment> values = new HashMap<>();
    values.put(model.graph().input().slot(), input);
    // They lie in the run's own memory.
    values.put(model.graph().output().slot(), copyOf(run, model.graph().output().slot()));
    for (int slot : changing) {
      values.put(slot, copyOf(run, slot));
    }
    return values;
  }

  private MemorySegment copyOf(GraphRun run, int slot) {
    if (run.isEmpty(slot)) {
      return Tensor.allocate(model.graph().slots().get(slot).bytes());
    }
    MemorySegment value = run.value(slot);
    return Tensor.allocate(value.byteSize()).copyFrom(value);
  }

  public GraphState finalState() {
    return finalState;
  }

  /// {@return the bytes of the output; none if the run failed}
  public byte[] output() {
    if (finalState.status() == GraphState.Status.FAILED) {
      return new byte[0];
    }
    int place = Arrays.binarySearch(changing, model.graph().output().slot());
    MemorySegment value =
        place < 0 ? given.orElse(input) : last.orElseThrow().values().get(place).joined();
    return value.asSlice(0, model.descriptor().outputBytes()).toArray(ValueLayout.JAVA_BYTE);
  }

  /// {@return about how many bytes this run keeps in memory, the model's own not counted}
  public synchronized long keptBytes() {
    long givenBytes = given.map(MemorySegment::byteSize).orElse(0L);
    return input.byteSize()
        + givenBytes
        + lastBytes
        + snapshots.bytes()
        + STATE_BYTES * known.size();
  }

  /// Drops the states that are only kept because they were asked for.
  public synchronized void rest() {
    snapshots.rest();
  }

  /// {@return the node that runs at a step}
  public CommittedNode node(long step) {
    return model.nodes().get((int) (step % model.nodes().size()));
  }
}
