package opml.engine.commit;

import java.util.ArrayList;
import java.util.List;
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

/// A graph as it is registered: every node with its descriptor, the trees over nodes and slots, and the
/// identity.
///
/// The model file is the package, with the files of its folder that its weights may lie in: the import is a function
/// of their bytes, so whoever has them recomputes [#id] and compares it with the registered one.
public final class Model {
  private final Graph graph;
  private final InitialHashes hashes;
  private final List<CommittedNode> nodes;
  private final SparseTree nodeTree;
  private final SparseTree slotTree;
  private final ModelDescriptor descriptor;

  private Model(Graph graph, List<CommittedNode> nodes, InitialHashes hashes, boolean outputGiven) {
    this.graph = graph;
    this.hashes = hashes;
    this.nodes = List.copyOf(nodes);
    this.nodeTree = new SparseTree(depthFor(nodes.size()));
    for (int i = 0; i < nodes.size(); i++) {
      nodeTree.set(i, nodes.get(i).descriptor().hash());
    }
    this.slotTree = new SparseTree(depthFor(graph.slots().size()));
    for (int i = 0; i < graph.slots().size(); i++) {
      slotTree.set(i, hashes.root(i, graph.slots().get(i).depth()));
    }
    Slot input = graph.slots().get(graph.input().slot());
    Slot output = graph.slots().get(graph.output().slot());
    this.descriptor =
        new ModelDescriptor(
            nodeTree.root(),
            nodeTree.depth(),
            nodes.size(),
            graph.loops(),
            slotTree.root(),
            slotTree.depth(),
            graph.input().slot(),
            input.depth(),
            input.bytes(),
            graph.output().slot(),
            output.depth(),
            output.bytes(),
            outputGiven);
  }

  /// Commits to a graph.
  ///
  /// @throws IllegalArgumentException if a node or the output is too large
  public static Model of(Graph graph, Function<Kernel, PinnedProgram> programs) {
    return of(graph, programs, InitialHashes.of(graph, InitialHashes.Progress.NONE));
  }

  /// Commits to a graph whose initial values are hashed already.
  ///
  /// @param hashes of this graph
  /// @throws IllegalArgumentException if a node or the output is too large
  public static Model of(
      Graph graph, Function<Kernel, PinnedProgram> programs, InitialHashes hashes) {
    return new Model(graph, committed(graph, programs), hashes, false);
  }

  /// Commits to a graph that checks its output: a run starts with a given output in the output's slot, no node writes
  /// it, and a node stops the run if all agrees, or fails (`spec/protocol.md` §1.8).
  ///
  /// @throws IllegalArgumentException if a node or the output is too large
  public static Model checking(Graph graph, Function<Kernel, PinnedProgram> programs) {
    InitialHashes hashes = InitialHashes.of(graph, InitialHashes.Progress.NONE);
    return new Model(graph, committed(graph, programs), hashes, true);
  }

  /// {@return the same graph with other programs of its kernels}
  public Model with(Function<Kernel, PinnedProgram> programs) {
    return new Model(graph, committed(graph, programs), hashes, descriptor.outputGiven());
  }

  private static List<CommittedNode> committed(
      Graph graph, Function<Kernel, PinnedProgram> programs) {
    List<CommittedNode> nodes = new ArrayList<>();
    for (var node : graph.nodes()) {
      nodes.add(CommittedNode.of(graph, node, programs.apply(node.kernel())));
    }
    return nodes;
  }

  public Graph graph() {
    return graph;
  }

  public List<CommittedNode> nodes() {
    return nodes;
  }

  public ModelDescriptor descriptor() {
    return descriptor;
  }

  /// {@return the model's identity}
  public Bytes32 id() {
    return descriptor.id();
  }

  /// {@return the page hashes of what a slot holds before the input is written, none if zeros; with them a
  /// memory that holds the value need not hash it again}
  public Optional<PageHashes> initialHashes(int slot) {
    return hashes.slots().get(slot);
  }

  /// {@return the proof of a node's hash under the graph root}
  public Proof proveNode(int node) {
    return nodeTree.prove(node);
  }

  /// {@return a new tree over the slots as they are before the input, and an output that is given, are written}
  public SparseTree initialSlots() {
    return slotTree.copy();
  }

  /// {@return what the input's slot holds before the input is written, which a challenge proves}
  public SlotOpening inputOpening() {
    int slot = graph.input().slot();
    return opening(slotTree, slot);
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
