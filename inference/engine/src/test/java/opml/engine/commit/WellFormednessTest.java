package opml.engine.commit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import opml.core.hash.Bytes32;
import opml.core.merkle.SparseTree;
import opml.engine.graph.Graph;
import opml.engine.graph.Port;
import opml.engine.graph.SampleGraph;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.kernels.abi.FixedSegment;
import opml.kernels.bound.StepBound;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.PinnedPrograms;
import org.junit.jupiter.api.Test;

class WellFormednessTest {
  private final Model model = Model.of(SampleGraph.dense(), TestPrograms::of);
  private final ModelPreimages good = ModelPreimages.of(model);

  @Test
  void anImportedModelIsWellFormed() {
    assertThat(WellFormedness.problems(good, List.of(TestPrograms::of))).isEmpty();
  }

  @Test
  void oneSlotReadAtTwoDepths() {
    assertThat(
            problems(
                node ->
                    with(
                        node,
                        node.stepsLog2(),
                        List.of(node.segments().get(0), new Segment.FromSlot(1, 63, slot(node))),
                        node.outputs())))
        .anyMatch(p -> p.contains("slot 3 is read or written at depth 1, but has depth 0"))
        .anyMatch(p -> p.contains("slot 3 is read where the kernel has no operand of depth 1"));
  }

  @Test
  void stepLimitIsAboveTheKernelsBound() {
    for (var kernel : KernelCatalog.all()) {
      long[] scalars = new long[kernel.scalars().size()];
      Arrays.fill(scalars, 3);
      StepBound bound = PinnedPrograms.of(kernel).bound();
      assertThat(bound.instructions(scalars))
          .as(kernel.name())
          .isLessThan(1L << StepLimit.log2(bound, scalars));
    }
    assertThat(problems(node -> with(node, 4, node.segments(), node.outputs())))
        .anyMatch(p -> p.contains("steps, the limit is 2^4"));
  }

  @Test
  void overlappingSegmentsAndOutputs() {
    assertThat(
            problems(
                node ->
                    with(
                        node,
                        node.stepsLog2(),
                        List.of(node.segments().get(0), new Segment.FromSlot(0, 1, slot(node))),
                        node.outputs())))
        .anyMatch(p -> p.contains("overlaps"));
    assertThat(
            problems(
                node ->
                    with(
                        node,
                        node.stepsLog2(),
                        node.segments(),
                        List.of(new Output(0, 127, 4), new Output(0, 127, 4)))))
        .anyMatch(p -> p.contains("slot 4 is written twice"))
        .anyMatch(p -> p.contains("two outputs overlap"));
  }

  @Test
  void whatIsReadAndWrittenAreOperandsOfTheKernel() {
    assertThat(
            problems(
                node ->
                    with(
                        node,
                        node.stepsLog2(),
                        List.of(node.segments().get(0), new Segment.FromSlot(0, 125, 3)),
                        List.of(new Output(0, 120, 4)))))
        .containsExactly(
            "node 1: slot 3 is read where the kernel has no operand of depth 0",
            "node 1: slot 4 is written where the kernel has no operand of depth 0");
    assertThat(
            problems(
                node ->
                    with(node, node.stepsLog2(), node.segments(), List.of(new Output(0, 126, 4)))))
        .containsExactly("node 1: slot 4 is written where another is read");
  }

  @Test
  void operandsLieAsANodesMemoryHasThem() {
    List<ModelPreimages.NodePreimage> nodes = new ArrayList<>(good.nodes());
    byte[] fixed = nodes.get(1).fixed().clone();
    fixed[FixedSegment.argument(0)] = 0x20;
    nodes.set(1, new ModelPreimages.NodePreimage(nodes.get(1).descriptor(), fixed));
    assertThat(
            WellFormedness.problems(
                new ModelPreimages(good.model(), nodes, good.slots()), List.of(TestPrograms::of)))
        .anyMatch(p -> p.contains("node 1: the addresses of the operands are not as a node's"));
  }

  @Test
  void foreignProgramsHaveNoBound() {
    assertThat(
            problems(
                node ->
                    new NodeDescriptor(
                        Bytes32.ofWord(1),
                        node.codeDepth(),
                        node.memDepth(),
                        node.stepsLog2(),
                        node.segments(),
                        node.outputs())))
        .anyMatch(p -> p.contains("none of our kernels"));
  }

  @Test
  void preimagesMustBeTheRightOnes() {
    List<ModelPreimages.SlotPreimage> slots = new ArrayList<>(good.slots());
    slots.set(1, new ModelPreimages.SlotPreimage(0, slots.get(0).initial()));
    assertThat(
            WellFormedness.problems(
                new ModelPreimages(good.model(), good.nodes(), slots), List.of(TestPrograms::of)))
        .anyMatch(p -> p.contains("do not hash to initialSlotsRoot"));
    List<ModelPreimages.NodePreimage> nodes = new ArrayList<>(good.nodes());
    byte[] fixed = nodes.get(0).fixed().clone();
    fixed[fixed.length - 1]++;
    nodes.set(0, new ModelPreimages.NodePreimage(nodes.get(0).descriptor(), fixed));
    assertThat(
            WellFormedness.problems(
                new ModelPreimages(good.model(), nodes, good.slots()), List.of(TestPrograms::of)))
        .anyMatch(p -> p.contains("node 0: the fixed segment is not the given one"))
        .anyMatch(p -> p.contains("node 0: stack, addresses or constants"));
  }

  @Test
  void aGivenOutputIsWrittenByNoNode() {
    Graph graph = model.graph();
    Slot given = new Slot("given", ElementType.F32, Shape.of(1, 2), Optional.empty());
    List<Slot> slots = new ArrayList<>(graph.slots());
    slots.add(given);
    Port port = Port.of("given", graph.slots().size(), given.type(), given.shape());
    assertThat(problemsChecking(new Graph(slots, graph.nodes(), graph.input(), port, 1))).isEmpty();
    assertThat(problemsChecking(graph))
        .containsExactly("node 1: slot 4 holds the given output, and is written");
    assertThat(problemsChecking(new Graph(slots, graph.nodes(), graph.input(), graph.input(), 1)))
        .containsExactly("slot 0 is both the input's and the given output's");
  }

  private static List<String> problemsChecking(Graph graph) {
    Model checking = Model.checking(graph, TestPrograms::of);
    return WellFormedness.problems(ModelPreimages.of(checking), List.of(TestPrograms::of));
  }

  /// {@return what is wrong once the last node, relu, is changed, everything else fitting to it}
  private List<String> problems(UnaryOperator<NodeDescriptor> change) {
    List<ModelPreimages.NodePreimage> nodes = new ArrayList<>(good.nodes());
    NodeDescriptor changed = change.apply(model.nodes().get(1).descriptor());
    nodes.set(1, new ModelPreimages.NodePreimage(changed.encode(), nodes.get(1).fixed()));
    SparseTree tree = new SparseTree(1);
    tree.set(0, model.nodes().get(0).descriptor().hash());
    tree.set(1, changed.hash());
    ModelDescriptor d = good.model();
    ModelDescriptor descriptor =
        new ModelDescriptor(
            tree.root(),
            d.graphDepth(),
            d.nodeCount(),
            d.loops(),
            d.initialSlotsRoot(),
            d.slotDepth(),
            d.inputSlot(),
            d.inputDepth(),
            d.inputBytes(),
            d.outputSlot(),
            d.outputDepth(),
            d.outputBytes(),
            d.outputGiven());
    List<String> problems =
        WellFormedness.problems(
            new ModelPreimages(descriptor, nodes, good.slots()), List.of(TestPrograms::of));
    assertThat(problems).noneMatch(p -> p.contains("hash"));
    return problems;
  }

  private static int slot(NodeDescriptor node) {
    return ((Segment.FromSlot) node.segments().get(1)).slot();
  }

  private static NodeDescriptor with(
      NodeDescriptor node, int stepsLog2, List<Segment> segments, List<Output> outputs) {
    return new NodeDescriptor(
        node.codeRoot(), node.codeDepth(), node.memDepth(), stepsLog2, segments, outputs);
  }
}
