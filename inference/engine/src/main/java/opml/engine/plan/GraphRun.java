package opml.engine.plan;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import opml.core.merkle.HashingTeam;
import opml.core.merkle.PageHashes;
import opml.engine.graph.Clearing;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.graph.Slot;
import opml.engine.run.NodeOutcome;
import opml.engine.run.NodeRunner;
import opml.engine.run.Observer;
import opml.engine.run.Operands;
import opml.engine.run.PreparedKernel;
import opml.engine.tensor.Tensor;
import opml.kernels.memory.Changes;
import org.jspecify.annotations.Nullable;

/// A run of a graph on an input: what its slots hold, and which step is next. It is for one thread, which may let a
/// [Team] help; closed, it goes back to the [GraphRunner] that lent it, and is not used any more.
///
/// All memory that steps need is there before the first one: the slots' values in one block, the segments of every
/// call, scratch for every thread. A step writes where the slots lie. Two kinds of node need more than that:
///
/// - one that names a slot which it writes a second time, to read what it held: it writes aside, and the result is
///   copied into the slot once the kernel is through;
/// - one that changes a slot in place: what it may change is saved, and put back if the kernel throws, since the
///   machine then runs the node from what was there before.
///
/// A slot that is zeros before any node writes it, or that a node has emptied ([Clearing]), is only noted as empty:
/// its place is filled with zeros when somebody reads it.
public final class GraphRun implements AutoCloseable, HashingTeam {
  private enum State {
    RUNNING,
    STOPPED,
    FAILED
  }

  /// A node whose operands have fewer bytes together is run by one thread, which is done before another would have
  /// begun.
  private static final long LEAST_SHARED_BYTES = 8192;

  /// A team's way to hand out a job: to each thread a part.
  private static final int EQUAL_PARTS = 1;

  private final Plan plan;
  private final Graph graph;
  private final int inputSlot;
  private final NodeRunner machine;
  private final Team team;
  private final Consumer<GraphRun> back;
  private final MemorySegment[] values;

  /// What a slot shows in place of that: more than its bytes, if the machine has left something behind them.
  private final @Nullable MemorySegment[] shown;

  /// The slots that do not hold the same in all runs.
  private final boolean[] placed;

  /// The slots that a run finds as they are before the first node.
  private final boolean[] cleaned;

  /// The slots that hold zeros, whatever still lies in their places.
  private final boolean[] empty;

  /// The slots that hold zeros and whose places may be others' by now.
  private final boolean[] left;

  /// Nodes whose work has been done along with another's.
  private final boolean[] done;

  /// Whether a node's kernel may do the work of others along with its own.
  private final boolean fusing;

  private final boolean[] written;
  private final byte[][] marks;
  private final Call[] calls;
  private NodeKernels kernels;
  private final MemorySegment[] scratch;
  private final Saved saved = new Saved();
  private final Pace pace;
  private State state = State.RUNNING;
  private long step;
  private int node;

  /// Whether this run is timed from its first step to its last, ...
  private boolean timed;

  /// ... whether its nodes are spread over the team where that is free, ...
  private boolean spread;

  /// ... whether it always was, ...
  private boolean helped;

  /// ... and what it has taken so far.
  private long nanos;

  /// @param folding whether nodes that fold do not run, so that nobody may ask for what they write
  /// @param idle nodes that empty what no later node names, by their numbers, and need not
  /// @param elsewhere by whom nodes are run that have no native kernel, by their numbers; else null
  /// @param scratch that each thread of the team lends to kernels
  /// @param back takes the run when it is closed
  GraphRun(
      Plan plan,
      Layout layout,
      boolean folding,
      boolean[] idle,
      NodeRunner machine,
      @Nullable NodeRunner[] elsewhere,
      Team team,
      MemorySegment[] scratch,
      Consumer<GraphRun> back) {
    this.plan = plan;
    this.graph = plan.graph();
    this.inputSlot = graph.input().slot();
    this.machine = machine;
    this.team = team;
    this.back = back;
    this.fusing = folding;
    this.done = new boolean[graph.nodes().size()];
    int slots = graph.slots().size();
    this.values = new MemorySegment[slots];
    this.shown = new MemorySegment[slots];
    this.placed = new boolean[slots];
    this.cleaned = new boolean[slots];
    this.empty = new boolean[slots];
    this.left = new boolean[slots];
    this.written = new boolean[slots];
    this.marks = new byte[slots][];
    MemorySegment block = Plan.allocate(layout.bytes());
    for (int slot = 0; slot < slots; slot++) {
      long bytes = graph.slots().get(slot).bytes();
      placed[slot] = !plan.isConstant(slot, folding);
      cleaned[slot] = placed[slot] && layout.startsClean(slot);
      values[slot] = placed[slot] ? block.asSlice(layout.place(slot), bytes) : Plan.UNREAD;
    }
    this.calls = new Call[graph.nodes().size()];
    this.kernels = plan.kernels();
    this.pace = new Pace(calls.length);
    MemorySegment aside = Plan.allocate(plan.asideBytes());
    for (int i = 0; i < calls.length; i++) {
      calls[i] = new Call(i, folding && plan.folds(i), idle[i], elsewhere[i], aside);
    }
    this.scratch = scratch;
    enlarge();
  }

  // ------------------------------------------------------------------ the course of a run

  /// Begins a run.
  ///
  /// @param input exactly the bytes of the input's slot
  /// @throws IllegalArgumentException if it is not of that size
  void start(MemorySegment input) {
    MemorySegment place = values[inputSlot];
    if (input.byteSize() != place.byteSize()) {
      Slot taken = graph.slots().get(inputSlot);
      throw new IllegalArgumentException(
          "the input has %d bytes; %s is %s %s, %d bytes"
              .formatted(
                  input.byteSize(),
                  taken.name(),
                  taken.type().label(),
                  taken.shape(),
                  taken.bytes()));
    }
    for (int slot = 0; slot < values.length; slot++) {
      written[slot] = false;
      left[slot] = false;
      if (cleaned[slot]) {
        clean(slot);
      }
    }
    MemorySegment.copy(input, 0, place, 0, input.byteSize());
    empty[inputSlot] = false;
    resume(0);
  }

  private void clean(int slot) {
    shown[slot] = null;
    Tensor initial = graph.slots().get(slot).initial().orElse(null);
    empty[slot] = initial == null;
    if (initial != null) {
      MemorySegment.copy(initial.data(), 0, values[slot], 0, initial.data().byteSize());
    }
  }

  /// Goes on from here as if so many steps had been taken, none of which stopped or failed.
  public void resume(long taken) {
    state = State.RUNNING;
    Arrays.fill(done, false);
    timed = false;
    spread = true;
    step = taken;
    node = (int) (taken % calls.length);
  }

  /// Runs steps until so many have been taken, or one stops or fails.
  public void proceed(long to) {
    proceed(to, null);
  }

  /// Runs steps until so many have been taken, or one stops or fails.
  ///
  /// @param observer sees each of them, if there is one
  public void proceed(long to, @Nullable Observer observer) {
    // It has the other processors, as long as it lasts.
    Handover handover = plan.handover();
    if (step == 0) {
      timed = team.threads() > 1 && observer == null && handover == null;
      spread = !timed || pace.spreads();
      helped = spread;
      nanos = 0;
    }
    boolean helps = spread && handover == null && team.enter();
    boolean nodesTimed = timed && pace.timesNodes();
    long begin = timed ? System.nanoTime() : 0;
    try {
      while (step < to && state == State.RUNNING) {
        use(plan.kernels());
        Call call = calls[node];
        int exit = nodesTimed || handover != null ? runTimed(call, handover) : call.run(helps);
        took(exit);
        if (observer != null) {
          observer.ran(step - 1, call.outcome(exit));
        }
      }
    } finally {
      if (helps) {
        team.leave();
      }
    }
    if (timed) {
      nanos += System.nanoTime() - begin;
      helped &= helps;
      if (state != State.RUNNING || step == graph.steps()) {
        timed = false;
        pace.ran(nanos, helped);
      }
    }
  }

  /// Runs a node on this thread alone.
  private int runTimed(Call call, @Nullable Handover handover) {
    boolean isNative = call.isNative();
    long begin = System.nanoTime();
    int exit = call.run(false);
    long taken = System.nanoTime() - begin;
    if (handover == null) {
      pace.ran(call.number, taken);
    } else if (isNative) {
      handover.ran(call.number, taken);
    }
    return exit;
  }

  /// Has steps call these kernels, which may be others than those up to now. For who has all threads.
  void use(NodeKernels latest) {
    if (latest == kernels) {
      return;
    }
    kernels = latest;
    for (Call call : calls) {
      call.use(latest);
    }
    enlarge();
    pace.restart();
  }

  /// Sees to it that the scratch memory suffices.
  private void enlarge() {
    long needed = kernels.scratchBytes();
    for (int i = 0; i < scratch.length; i++) {
      if (scratch[i].byteSize() < needed) {
        scratch[i] = Plan.allocate(needed);
      }
    }
  }

  private void took(int exit) {
    step++;
    node = node + 1 == calls.length ? 0 : node + 1;
    if (exit != 0) {
      state = exit == 1 ? State.STOPPED : State.FAILED;
    }
  }

  // ------------------------------------------------------------------ as one of a batch

  /// Runs steps on one thread of the team, which somebody else has entered.
  void proceed(long to, int thread) {
    while (step < to && state == State.RUNNING) {
      stepOn(thread);
    }
  }

  /// Takes the next step on one thread of the team.
  void stepOn(int thread) {
    took(calls[node].runOn(thread));
  }

  /// {@return whether the next step calls a native kernel, so that it may be taken by [#begin], [#part] and [#end]}
  boolean isNative() {
    return calls[node].isNative();
  }

  /// Begins the next step.
  void begin() {
    calls[node].begin();
  }

  /// Does a part of the step that has begun. Many threads may do that at the same time.
  void part(int thread, int from, int to) {
    calls[node].part(thread, from, to);
  }

  /// Ends the step, all parts of which are done.
  void end() {
    took(calls[node].end());
  }

  boolean isRunning() {
    return state == State.RUNNING;
  }

  /// {@return whether the next step, taken by so many runs, is worth being spread over the team}
  boolean isWorthHelp(int runs) {
    Call call = calls[node];
    return call.elsewhere != null || call.isNative() && runs * call.bytes >= LEAST_SHARED_BYTES;
  }

  // ------------------------------------------------------------------ how far it is

  /// {@return how many steps have been taken, one that stopped or failed included}
  public long step() {
    return step;
  }

  /// {@return the node of the last step}
  int lastNode() {
    return (int) ((step - 1) % calls.length);
  }

  /// {@return whether the program of the last step's node has stopped the model}
  public boolean hasStopped() {
    return state == State.STOPPED;
  }

  /// {@return whether the program of the last step's node has failed; what the slots hold is then of no meaning}
  public boolean hasFailed() {
    return state == State.FAILED;
  }

  // ------------------------------------------------------------------ what the slots hold

  /// {@return what a slot holds until the next step: its bytes, or, where the machine has left something behind them,
  /// all that is committed}
  public MemorySegment value(int slot) {
    if (!placed[slot]) {
      return plan.value(slot);
    }
    MemorySegment other = shown[slot];
    if (other != null) {
      return other;
    }
    fill(slot);
    return values[slot];
  }

  /// {@return whether a slot is known to hold nothing but zeros; [#value] costs more than this}
  public boolean isEmpty(int slot) {
    return empty[slot] || left[slot];
  }

  /// {@return the bytes of a slot}
  public long bytes(int slot) {
    return plan.bytes(slot);
  }

  /// Does work together with the team, if that is free; with nobody else if not.
  @Override
  public void over(int count, int grain, Range work) {
    int parts = Math.ceilDiv(count, grain);
    if (parts < 2 || !team.enter()) {
      work.run(0, count);
      return;
    }
    try {
      team.run(
          (_, from, to) -> work.run(from * grain, Math.min(count, to * grain)), parts, EQUAL_PARTS);
    } finally {
      team.leave();
    }
  }

  /// Sees to it that what a slot holds lies in its place.
  private void fill(int slot) {
    if (empty[slot]) {
      values[slot].fill((byte) 0);
      empty[slot] = false;
    }
  }

  /// Has a slot hold zeros.
  public void clear(int slot) {
    note(slot, 0, values[slot].byteSize());
    empty[slot] = true;
  }

  /// {@return what a slot holds, in memory that stays as it is: whoever runs a node may keep it, as the pool of
  /// machines does, which knows a memory by what it was filled from}
  private MemorySegment lasting(int slot) {
    MemorySegment value = value(slot);
    return placed[slot] ? Tensor.allocate(value.byteSize()).copyFrom(value) : value;
  }

  /// Writes a slot.
  ///
  /// @param value its bytes, or all that is committed
  public void put(int slot, MemorySegment value) {
    long bytes = values[slot].byteSize();
    MemorySegment.copy(value, 0, values[slot], 0, bytes);
    note(slot, 0, bytes);
    for (long at = bytes; at < value.byteSize(); at++) {
      if (value.get(ValueLayout.JAVA_BYTE, at) != 0) {
        shown[slot] = value;
        return;
      }
    }
  }

  /// Writes some of a slot's bytes; nothing is behind them then.
  public void put(int slot, long at, MemorySegment part) {
    fill(slot);
    MemorySegment.copy(part, 0, values[slot], at, part.byteSize());
    note(slot, at, part.byteSize());
  }

  /// {@return whether a slot has been written since this was last asked}
  public boolean takeWritten(int slot) {
    boolean was = written[slot];
    written[slot] = false;
    return was;
  }

  /// Has the pages of a slot marked that steps change from now on.
  ///
  /// @param pages one for each 4 KiB, set to 1
  public void mark(int slot, byte[] pages) {
    marks[slot] = pages;
  }

  /// Some of a slot's bytes may be others now, and none are behind them.
  private void note(int slot, long from, long bytes) {
    written[slot] = true;
    shown[slot] = null;
    empty[slot] = false;
    byte[] pages = marks[slot];
    if (pages != null && bytes > 0) {
      int first = (int) (from >>> PageHashes.PAGE_SHIFT);
      int last = (int) (from + bytes - 1 >>> PageHashes.PAGE_SHIFT);
      Arrays.fill(pages, first, last + 1, (byte) 1);
    }
  }

  /// Gives the run back.
  @Override
  public void close() {
    Arrays.fill(marks, null);
    back.accept(this);
  }

  // ------------------------------------------------------------------ one node

  /// What one node needs to run, made once.
  private final class Call implements Team.Job {
    private final int number;
    private final boolean folded;

    /// Whether it empties slots that nobody names any more, which is only noted.
    private final boolean leaves;

    private final boolean clears;
    private final @Nullable NodeRunner elsewhere;
    private final GraphNode called;
    private final long[] scalars;
    private final MemorySegment[] segments;
    private final int[] inputs;
    private final int[] outputs;

    /// What the kernel must find zeroed.
    private final List<MemorySegment> cleared = new ArrayList<>();

    private final List<Aside> asides = new ArrayList<>();

    /// For each operand that is changed in place, its slot; else -1.
    private final int[] inPlace;

    private final boolean changesInPlace;
    private final @Nullable Changes changes;
    private final long bytes; // of all operands
    private @Nullable NodeOutcome last;

    private PreparedKernel kernel;
    private boolean shared;

    /// The last of the nodes whose work the kernel does, ...
    private int through;

    /// ... and what slot that one writes, if it is another than this.
    private int result = -1;

    // What the kernel has done; written by any thread of the team, and read when all are through.
    private int exit;
    private boolean threw;

    /// @param aside memory for what the node writes aside
    Call(
        int number,
        boolean folded,
        boolean leaves,
        @Nullable NodeRunner elsewhere,
        MemorySegment aside) {
      this.called = graph.nodes().get(number);
      this.number = number;
      this.folded = folded;
      this.leaves = leaves;
      this.clears = Clearing.clears(called);
      this.elsewhere = elsewhere;
      this.scalars = plan.scalars(number);
      this.segments = new MemorySegment[called.operands().size()];
      this.inputs = called.inputs();
      this.outputs = called.outputs();
      this.inPlace = new int[segments.length];
      long used = 0;
      long sum = 0;
      boolean inPlaceAny = false;
      for (int i = 0; i < segments.length; i++) {
        Operand operand = called.operands().get(i);
        int slot = Plan.slotOf(operand);
        inPlace[i] = -1;
        segments[i] =
            operand instanceof Operand.Absent(long size) ? plan.zeros(size) : values[slot];
        boolean update = operand instanceof Operand.Update;
        if ((update || operand instanceof Operand.Write) && Plan.namesTwice(called, slot)) {
          segments[i] = aside.asSlice(used, values[slot].byteSize());
          used += Layout.aligned(values[slot].byteSize());
          asides.add(new Aside(segments[i], values[slot], update));
        } else if (update) {
          inPlace[i] = slot;
          inPlaceAny = true;
        }
        sum += slot < 0 ? segments[i].byteSize() : graph.slots().get(slot).bytes();
      }
      this.changesInPlace = inPlaceAny;
      this.changes = called.kernel().changes().orElse(null);
      this.bytes = sum;
      this.kernel = kernels.of(number);
      use(kernels);
    }

    void use(NodeKernels latest) {
      Fused more = fusing ? latest.fused(number) : null;
      kernel = more == null ? latest.of(number) : more.kernel();
      through = more == null ? number : more.last();
      if (more != null) {
        result = graph.nodes().get(through).outputs()[0];
        segments[segments.length - 1] = values[result];
      } else if (result >= 0) {
        result = -1;
        segments[segments.length - 1] = values[outputs[0]];
      }
      shared = kernel.units() > 1 && bytes >= LEAST_SHARED_BYTES;
      cleared.clear();
      for (int i = 0; i < segments.length; i++) {
        Operand operand = called.operands().get(i);
        if (operand instanceof Operand.Write && !kernel.overwrites()) {
          cleared.add(segments[i]);
        } else if (operand instanceof Operand.Read(int slot)
            && !placed[slot]
            && isNative()
            && kernel.reads(i)) {
          segments[i] = plan.constant(slot);
        }
      }
    }

    boolean isInPlace(int slot) {
      for (int changed : inPlace) {
        if (changed == slot) {
          return true;
        }
      }
      return false;
    }

    /// {@return whether the node's kernel runs, and not somebody or nobody in its place}
    boolean isNative() {
      return !folded && !leaves && !clears && elsewhere == null && !done[number];
    }

    /// {@return the exit code of the node's program; 2 or more if it fails}
    int run(boolean helped) {
      int pieces = helped && shared ? pace.pieces(number) : 0;
      if (pieces == 0 || !isNative()) {
        return runOn(0);
      }
      begin();
      try {
        team.run(this, kernel.units(), pieces);
      } catch (IndexOutOfBoundsException | ArithmeticException | IllegalArgumentException e) {
        threw = true;
      }
      return end();
    }

    /// {@return the exit code of the node's program, run by one thread of the team}
    int runOn(int thread) {
      last = null;
      if (folded) {
        return 0;
      }
      if (done[number]) {
        return end();
      }
      if (leaves) {
        for (int slot : outputs) {
          written[slot] = true;
          left[slot] = true;
        }
        return 0;
      }
      if (elsewhere != null) {
        return runBy(elsewhere);
      }
      if (clears) {
        for (int slot : outputs) {
          clear(slot);
        }
        return 0;
      }
      begin();
      part(thread, 0, kernel.units());
      return end();
    }

    /// Has all ready that the kernel must find.
    void begin() {
      last = null;
      exit = 0;
      threw = false;
      if (done[number]) {
        return;
      }
      for (int slot : inputs) {
        fill(slot);
      }
      for (int i = 0; i < cleared.size(); i++) {
        cleared.get(i).fill((byte) 0);
      }
      for (int i = 0; i < asides.size(); i++) {
        asides.get(i).before();
      }
      if (changesInPlace) {
        saved.save(this);
      }
    }

    /// Runs some of the kernel's units; if it throws, [#end] has the machine run the node.
    void part(int thread, int from, int to) {
      if (done[number]) {
        return;
      }
      try {
        int code = kernel.run(segments, scratch[thread], from, to);
        if (code != 0) {
          exit = code; // it has only one unit
        }
      } catch (IndexOutOfBoundsException | ArithmeticException | IllegalArgumentException e) {
        threw = true;
      }
    }

    /// {@return the exit code of the node's program, once all units have run}
    int end() {
      if (done[number]) {
        done[number] = false;
        return 0;
      }
      if (threw) {
        if (changesInPlace) {
          saved.restore(this);
        }
        return runBy(machine);
      }
      for (int i = 0; i < asides.size(); i++) {
        asides.get(i).after();
      }
      if (changesInPlace) {
        saved.note(this);
      } else {
        for (int slot : outputs) {
          note(slot, 0, values[slot].byteSize());
        }
      }
      if (result >= 0) {
        note(result, 0, values[result].byteSize());
        int next = number;
        while (next != through) {
          next = plan.followers().next(next);
          done[next] = true;
        }
      }
      return exit;
    }

    @Override
    public void run(int thread, int from, int to) {
      kernel.run(segments, scratch[thread], from, to);
    }

    private int runBy(NodeRunner runner) {
      GraphNode called = graph.nodes().get(number);
      NodeOutcome outcome =
          runner.run(graph, number, Operands.of(graph, called, GraphRun.this::lasting));
      last = outcome;
      return switch (outcome) {
        case NodeOutcome.Failed _ -> 2;
        case NodeOutcome.Exited(boolean stops, List<MemorySegment> all) -> {
          for (int i = 0; i < outputs.length; i++) {
            put(outputs[i], all.get(i));
          }
          yield stops ? 1 : 0;
        }
      };
    }

    /// {@return what the node has done; its outputs are what the slots hold until the next step}
    NodeOutcome outcome(int exit) {
      if (last != null) {
        return last;
      }
      return exit > 1
          ? new NodeOutcome.Failed()
          : new NodeOutcome.Exited(
              exit == 1, Arrays.stream(outputs).mapToObj(GraphRun.this::value).toList());
    }
  }

  /// An operand that is written aside, because another operand of the node reads the slot.
  ///
  /// @param reads whether the kernel finds there what the slot holds
  private record Aside(MemorySegment operand, MemorySegment slot, boolean reads) {
    void before() {
      if (reads) {
        MemorySegment.copy(slot, 0, operand, 0, slot.byteSize());
      }
    }

    void after() {
      MemorySegment.copy(operand, 0, slot, 0, slot.byteSize());
    }
  }

  /// What a node that changes slots in place may change, as it was before.
  private final class Saved implements Changes.Ranges {
    private MemorySegment memory = Plan.allocate(0);
    private int[] operands = new int[4];
    private long[] offsets = new long[4];
    private long[] sizes = new long[4];
    private int count;
    private @Nullable Call call;

    void save(Call saving) {
      call = saving;
      count = 0;
      if (saving.changes == null) {
        addAll(saving);
      } else {
        try {
          saving.changes.of(saving.segments, saving.scalars, this);
        } catch (IndexOutOfBoundsException | ArithmeticException | IllegalArgumentException e) {
          count = 0; // it cannot be told
          addAll(saving);
        }
      }
      long bytes = 0;
      for (int i = 0; i < count; i++) {
        bytes += sizes[i];
      }
      if (bytes > memory.byteSize()) {
        memory = Plan.allocate(Math.max(bytes, 2 * memory.byteSize()));
      }
      long at = 0;
      for (int i = 0; i < count; i++) {
        MemorySegment.copy(saving.segments[operands[i]], offsets[i], memory, at, sizes[i]);
        at += sizes[i];
      }
    }

    private void addAll(Call saving) {
      for (int i = 0; i < saving.inPlace.length; i++) {
        add(i, 0, saving.segments[i].byteSize());
      }
    }

    @Override
    public void add(int operand, long from, long bytes) {
      Call saving = call;
      if (saving == null || saving.inPlace[operand] < 0) {
        return; // it has memory of its own
      }
      Objects.checkFromIndexSize(from, bytes, saving.segments[operand].byteSize());
      if (count == sizes.length) {
        operands = Arrays.copyOf(operands, 2 * count);
        offsets = Arrays.copyOf(offsets, 2 * count);
        sizes = Arrays.copyOf(sizes, 2 * count);
      }
      operands[count] = operand;
      offsets[count] = from;
      sizes[count++] = bytes;
    }

    void restore(Call saving) {
      long at = 0;
      for (int i = 0; i < count; i++) {
        MemorySegment.copy(memory, at, saving.segments[operands[i]], offsets[i], sizes[i]);
        at += sizes[i];
      }
    }

    /// Notes what has changed: these ranges, and whatever the node writes besides.
    void note(Call saving) {
      for (int i = 0; i < count; i++) {
        GraphRun.this.note(saving.inPlace[operands[i]], offsets[i], sizes[i]);
      }
      for (int slot : saving.outputs) {
        if (!saving.isInPlace(slot)) {
          GraphRun.this.note(slot, 0, values[slot].byteSize());
        }
      }
    }
  }
}
