package opml.engine.commit;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import opml.core.hash.Bytes32;
import opml.core.merkle.PageHashes;
import opml.core.merkle.Proof;
import opml.core.merkle.SparseTree;
import opml.engine.graph.Graph;
import opml.engine.graph.Slot;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.PinnedProgram;
import org.jspecify.annotations.Nullable;

/// A graph as it is registered: every node with its descriptor, the trees over nodes and slots, and the
/// identity.
///
/// The model file is the package, with the files of its folder that its weights may lie in: the import is a function
/// of their bytes, so whoever has them recomputes [#id] and compares it with the registered one.
///
/// The weights are hashed, once, when the first thing is asked for that follows from their hashes, and not before.
/// Running a graph needs no model.
public final class Model {
  private final Graph graph;
  private final CommittedNodes nodes;
  private final SparseTree nodeTree;
  private final int[] writtenSlots;
  private final long writtenBytes;
  private final boolean outputGiven;
  private final Function<Graph, InitialHashes> hashing;
  private volatile @Nullable Commitment commitment;

  /// What follows from the weights.
  private record Commitment(InitialHashes hashes, SparseTree slotTree, ModelDescriptor model) {}

  private Model(
      Graph graph,
      CommittedNodes nodes,
      Function<Graph, InitialHashes> hashing,
      boolean outputGiven) {
    this.graph = graph;
    this.hashing = hashing;
    this.nodes = nodes;
    this.outputGiven = outputGiven;
    this.nodeTree = SparseTree.of(depthFor(nodes.size()), nodes.hashes());
    this.writtenSlots = writtenSlots(graph);
    this.writtenBytes =
        Arrays.stream(writtenSlots).mapToLong(slot -> graph.slots().get(slot).bytes()).sum();
    // whatever the slots hold, so that what is wrong with the graph is told at once
    descriptor(Bytes32.ZERO, depthFor(graph.slots().size()));
  }

  /// Commits to a graph.
  ///
  /// @throws IllegalArgumentException if a node or the output is too large
  public static Model of(Graph graph, Function<Kernel, PinnedProgram> programs) {
    return of(graph, programs, Model::hashed);
  }

  /// Commits to a graph.
  ///
  /// @param hashing hashes its initial values, or knows their hashes; called once, when they are needed
  /// @throws IllegalArgumentException if a node or the output is too large
  public static Model of(
      Graph graph,
      Function<Kernel, PinnedProgram> programs,
      Function<Graph, InitialHashes> hashing) {
    return new Model(graph, new CommittedNodes(graph, programs), hashing, false);
  }

  /// Commits to a graph that checks its output: a run starts with a given output in the output's slot, no node writes
  /// it, and a node stops the run if all agrees, or fails (`spec/protocol.md` §1.8).
  ///
  /// @throws IllegalArgumentException if a node or the output is too large
  public static Model checking(Graph graph, Function<Kernel, PinnedProgram> programs) {
    return checking(graph, programs, Model::hashed);
  }

  /// Commits to a graph that checks its output, as [#checking(Graph, Function)].
  ///
  /// @param hashing as that of [#of(Graph, Function, Function)]
  public static Model checking(
      Graph graph,
      Function<Kernel, PinnedProgram> programs,
      Function<Graph, InitialHashes> hashing) {
    return new Model(graph, new CommittedNodes(graph, programs), hashing, true);
  }

  private static InitialHashes hashed(Graph graph) {
    return InitialHashes.of(graph, InitialHashes.Progress.NONE);
  }

  private Commitment commitment() {
    Commitment known = commitment;
    return known == null ? commit() : known;
  }

  private synchronized Commitment commit() {
    Commitment known = commitment;
    if (known != null) {
      return known;
    }
    InitialHashes hashes = hashing.apply(graph);
    SparseTree slotTree = new SparseTree(depthFor(graph.slots().size()));
    for (int i = 0; i < graph.slots().size(); i++) {
      slotTree.set(i, hashes.root(i, graph.slots().get(i).depth()));
    }
    Commitment made =
        new Commitment(hashes, slotTree.shared(), descriptor(slotTree.root(), slotTree.depth()));
    commitment = made;
    return made;
  }

  private ModelDescriptor descriptor(Bytes32 initialSlotsRoot, int slotDepth) {
    Slot input = graph.slots().get(graph.input().slot());
    Slot output = graph.slots().get(graph.output().slot());
    return new ModelDescriptor(
        nodeTree.root(),
        nodeTree.depth(),
        nodes.size(),
        graph.loops(),
        initialSlotsRoot,
        slotDepth,
        graph.input().slot(),
        input.depth(),
        input.bytes(),
        graph.output().slot(),
        output.depth(),
        output.bytes(),
        outputGiven);
  }

  /// {@return a model of other nodes over the same slots, or with other programs of its kernels}
  ///
  /// @throws IllegalArgumentException if the slots are others, or a node or the output is too large
  public Model with(Graph other, Function<Kernel, PinnedProgram> programs) {
    if (!other.slots().equals(graph.slots())) {
      throw new IllegalArgumentException("the slots are not those of model " + id());
    }
    return new Model(
        other, new CommittedNodes(other, programs), _ -> commitment().hashes(), outputGiven);
  }

  public Graph graph() {
    return graph;
  }

  /// {@return all nodes, each of which is made when it is asked for if they are many}
  public List<CommittedNode> nodes() {
    return nodes;
  }

  /// {@return a bound of the instructions of a whole run in the machine}
  public double mostSteps() {
    return nodes.steps() * graph.loops();
  }

  /// {@return one node of each kind, that with the most steps: no node costs more, to run or to dispute, than one of
  /// these} They are few where [#nodes] are many.
  public Collection<CommittedNode> kinds() {
    return Collections.unmodifiableCollection(nodes.kinds());
  }

  /// {@return the programs of all kernels that nodes call}
  public Map<Kernel, PinnedProgram> programs() {
    return Collections.unmodifiableMap(nodes.programs());
  }

  public ModelDescriptor descriptor() {
    return commitment().model();
  }

  /// {@return the model's identity}
  public Bytes32 id() {
    return descriptor().id();
  }

  /// {@return the page hashes of what a slot holds before the input is written, none if zeros; with them a
  /// memory that holds the value need not hash it again}
  public Optional<PageHashes> initialHashes(int slot) {
    return commitment().hashes().slots().get(slot);
  }

  /// {@return the proof of a node's hash under the graph root}
  public Proof proveNode(int node) {
    return nodeTree.prove(node);
  }

  /// {@return the slots that nodes write, ascending}
  public int[] writtenSlots() {
    return writtenSlots.clone();
  }

  /// {@return how many bytes they have together}
  public long writtenBytes() {
    return writtenBytes;
  }

  private static int[] writtenSlots(Graph graph) {
    return graph.nodes().stream()
        .flatMapToInt(node -> Arrays.stream(node.outputs()))
        .sorted()
        .distinct()
        .toArray();
  }

  /// {@return a new tree over the slots as they are before the input, and an output that is given, are written}
  public SparseTree initialSlots() {
    return commitment().slotTree().copy();
  }

  /// {@return what the input's slot holds before the input is written, which a challenge proves}
  public SlotOpening inputOpening() {
    int slot = graph.input().slot();
    return opening(commitment().slotTree(), slot);
  }

  /// {@return what the output's slot holds once this input is written, which a challenge proves besides if the output
  /// is given}
  ///
  /// @param inputRoot root of the input's tensor
  public SlotOpening outputOpening(Bytes32 inputRoot) {
    SparseTree slots = initialSlots();
    slots.set(graph.input().slot(), inputRoot);
    return opening(slots, graph.output().slot());
  }

  private static SlotOpening opening(SparseTree slots, int slot) {
    return new SlotOpening(slot, slots.leaf(slot), slots.prove(slot));
  }

  /// {@return the least depth of a tree with so many leaves}
  private static int depthFor(int leaves) {
    return 32 - Integer.numberOfLeadingZeros(leaves - 1);
  }
}
