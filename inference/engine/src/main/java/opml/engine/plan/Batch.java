package opml.engine.plan;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import opml.engine.graph.Operand;

/// Runs of one graph on several inputs, each in memory of its own; the bits are those of single runs. There are two
/// ways:
///
/// - by run: each thread makes one run after the other;
/// - by node: all runs take a step before one takes the next, and a step is cut into chunks of the kernel's units that
///   share a cache's worth of weights. A chunk is done for all runs before the next, so that the weights come from
///   memory once for all of them. Where a node is not cut, each thread takes whole runs of it.
final class Batch {
  /// The most runs that go on at once: each then has a sixteenth of what weights take that come from memory.
  static final int MOST = 16;

  /// Weights of a chunk: half of a core's second cache, or less.
  private static final long CHUNK_BYTES = 1 << 18;

  /// Pieces of a step for each thread, so that one that is held up leaves its share to the others.
  private static final int PIECES = 4;

  private final Plan plan;
  private final Team team;
  private final int outputSlot;
  private final MemorySegment[] scratch;
  private final Function<MemorySegment[], GraphRun> maker;
  private final List<GraphRun> runs = new ArrayList<>();

  /// By node, the runs that have neither stopped nor failed, in front.
  private final GraphRun[] active = new GraphRun[MOST];

  private final int[] chunks; // of each node, for the sake of its weights
  private NodeKernels kernels;
  private final Team.Job wholes = this::runWholes;
  private final Team.Job steps = this::takeSteps;
  private final Team.Job parts = this::doParts;

  // What is being run.
  private List<MemorySegment> inputs = List.of();
  private List<MemorySegment> outputs = List.of();
  private List<GraphRunner.Ending> endings = List.of();
  private int count; // of active runs
  private int units; // of the step
  private int cuts; // into how many parts the units are cut

  /// @param maker of runs that borrow the given scratch memory
  Batch(Plan plan, Team team, int outputSlot, Function<MemorySegment[], GraphRun> maker) {
    this.plan = plan;
    this.team = team;
    this.outputSlot = outputSlot;
    this.scratch = plan.scratch(team.threads());
    this.maker = maker;
    this.chunks = new int[plan.graph().nodes().size()];
    this.kernels = plan.kernels();
    cut();
  }

  private void cut() {
    for (int i = 0; i < chunks.length; i++) {
      long wanted = Math.ceilDiv(weightBytes(plan, i), CHUNK_BYTES);
      chunks[i] = Math.clamp(wanted, 1, kernels.fusing(i).units());
    }
  }

  /// {@return bytes of what a node reads that is the same in all runs}
  private static long weightBytes(Plan plan, int node) {
    long bytes = 0;
    for (Operand operand : plan.graph().nodes().get(node).operands()) {
      if (operand instanceof Operand.Read(int slot) && plan.isConstant(slot, false)) {
        bytes += plan.graph().slots().get(slot).bytes();
      }
    }
    return bytes;
  }

  /// {@return bytes of what all nodes read that is the same in all runs}
  static long weightBytes(Plan plan) {
    long bytes = 0;
    for (int i = 0; i < plan.graph().nodes().size(); i++) {
      bytes += weightBytes(plan, i);
    }
    return bytes;
  }

  /// {@return how many runs have memory when so many inputs are run}
  static int runs(int inputs, boolean byNode, int threads) {
    return byNode ? Math.min(inputs, MOST) : threads;
  }

  /// Runs all inputs.
  ///
  /// @param into for each input where its output is written, unless its run fails
  /// @param ends gets how each run ended
  void run(
      boolean byNode,
      List<MemorySegment> from,
      List<MemorySegment> into,
      List<GraphRunner.Ending> ends) {
    int needed = runs(from.size(), byNode, team.threads());
    while (runs.size() < needed) {
      runs.add(maker.apply(scratch));
    }
    use(plan.kernels());
    inputs = from;
    outputs = into;
    endings = ends;
    Handover handover = plan.handover();
    long begin = handover == null ? 0 : System.nanoTime();
    boolean helped = team.enter();
    try {
      if (byNode) {
        for (int first = 0; first < from.size(); first += MOST) {
          runByNode(first, Math.min(MOST, from.size() - first), helped);
        }
      } else {
        share(wholes, from.size(), from.size(), helped);
      }
    } finally {
      if (helped) {
        team.leave();
      }
      inputs = List.of();
      outputs = List.of();
      endings = List.of();
    }
    if (handover != null) {
      handover.ran(System.nanoTime() - begin);
    }
  }

  /// All runs call the same kernels, however many others are ready when they have begun.
  private void use(NodeKernels latest) {
    for (int i = 0; i < runs.size(); i++) {
      runs.get(i).use(latest);
    }
    if (latest == kernels) {
      return;
    }
    kernels = latest;
    cut();
  }

  private void share(Team.Job job, int all, int pieces, boolean helped) {
    if (helped) {
      team.run(job, all, pieces);
    } else {
      job.run(0, 0, all);
    }
  }

  private void runWholes(int thread, int from, int to) {
    GraphRun run = runs.get(thread);
    for (int i = from; i < to; i++) {
      run.start(inputs.get(i));
      run.proceed(plan.graph().steps(), thread);
      finish(run, i);
    }
  }

  private void finish(GraphRun run, int input) {
    endings.set(input, GraphRunner.ending(run, outputSlot, outputs.get(input)));
  }

  private void runByNode(int first, int size, boolean helped) {
    count = size;
    for (int i = 0; i < size; i++) {
      active[i] = runs.get(i);
      active[i].start(inputs.get(first + i));
    }
    int node = 0;
    for (long step = 0; step < plan.graph().steps() && count > 0; step++) {
      takeStep(node, helped);
      node = node + 1 == chunks.length ? 0 : node + 1;
      int going = 0;
      for (int i = 0; i < count; i++) {
        if (active[i].isRunning()) {
          active[going] = active[i];
          going++;
        }
      }
      count = going;
    }
    for (int i = 0; i < size; i++) {
      finish(runs.get(i), first + i);
    }
  }

  /// Has all active runs take their next step, which is the same node's.
  private void takeStep(int node, boolean helped) {
    boolean shared = helped && active[0].isWorthHelp(count);
    boolean cut = active[0].isNative();
    units = kernels.fusing(node).units();
    cuts = chunks[node];
    if (shared && count < team.threads()) {
      cuts = Math.clamp(Math.ceilDiv(PIECES * team.threads(), count), cuts, Math.max(cuts, units));
    }
    if (!cut || cuts == 1) {
      share(steps, count, PIECES, shared);
      return;
    }
    for (int i = 0; i < count; i++) {
      active[i].begin();
    }
    share(parts, cuts * count, PIECES, shared);
    for (int i = 0; i < count; i++) {
      active[i].end();
    }
  }

  private void takeSteps(int thread, int from, int to) {
    for (int i = from; i < to; i++) {
      active[i].stepOn(thread);
    }
  }

  /// Part p is of run `p mod count`: the runs that share a chunk of weights follow one another.
  private void doParts(int thread, int from, int to) {
    for (int p = from; p < to; p++) {
      int cut = p / count;
      active[p % count].part(thread, firstUnit(cut), firstUnit(cut + 1));
    }
  }

  private int firstUnit(int cut) {
    return (int) ((long) cut * units / cuts);
  }
}
