package opml.engine.commit;

import java.util.ArrayList;
import java.util.List;
import opml.core.merkle.MerkleRoot;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.kernels.abi.FixedSegment;
import opml.kernels.abi.Geometry;
import opml.kernels.catalog.PinnedProgram;

/// A node with its descriptor and what the descriptor only names by roots.
///
/// @param fixed the bytes of the fixed segment, which lies at address 0
@SuppressWarnings(
    "ArrayRecordComponent") // handed out for reading, as the executor's copy would cost
public record CommittedNode(
    GraphNode node,
    PinnedProgram program,
    Geometry geometry,
    byte[] fixed,
    NodeDescriptor descriptor) {
  /// Places a node's operands as [Geometry] has it.
  ///
  /// @throws IllegalArgumentException if an operand, or the number of steps, is too large
  public static CommittedNode of(Graph graph, GraphNode node, PinnedProgram program) {
    FixedSegment layout = FixedSegment.of(node.kernel());
    byte[] constants = program.constants();
    int fixedBytes = layout.size(constants.length);
    Geometry geometry = Geometry.of(largest(graph, node), fixedBytes, program.stackBytes());
    byte[] fixed = layout.bytes(geometry, node.scalarArray(), constants);
    int fixedDepth = MerkleRoot.depthFor(fixedBytes);
    List<Segment> segments = new ArrayList<>();
    List<Output> outputs = new ArrayList<>();
    segments.add(new Segment.Fixed(fixedDepth, 0, MerkleRoot.of(fixed, fixedDepth)));
    for (int j = 0; j < node.operands().size(); j++) {
      switch (node.operands().get(j)) {
        case Operand.Read read -> segments.add(segment(graph, geometry, j, read.slot()));
        case Operand.Write write -> outputs.add(output(graph, geometry, j, write.slot()));
        case Operand.Update update -> {
          segments.add(segment(graph, geometry, j, update.slot()));
          outputs.add(output(graph, geometry, j, update.slot()));
        }
        case Operand.Absent absent -> {}
      }
    }
    int stepsLog2 = StepLimit.log2(program.bound(), node.scalarArray());
    NodeDescriptor descriptor =
        new NodeDescriptor(
            program.codeRoot(),
            program.codeDepth(),
            geometry.memDepth(),
            stepsLog2,
            segments,
            outputs);
    return new CommittedNode(node, program, geometry, fixed, descriptor);
  }

  private static Segment segment(Graph graph, Geometry geometry, int argument, int slot) {
    int depth = graph.slots().get(slot).depth();
    return new Segment.FromSlot(depth, geometry.index(argument, depth), slot);
  }

  private static Output output(Graph graph, Geometry geometry, int argument, int slot) {
    int depth = graph.slots().get(slot).depth();
    return new Output(depth, geometry.index(argument, depth), slot);
  }

  private static long largest(Graph graph, GraphNode node) {
    return node.operands().stream()
        .mapToLong(
            operand ->
                switch (operand) {
                  case Operand.Read read -> graph.slots().get(read.slot()).bytes();
                  case Operand.Write write -> graph.slots().get(write.slot()).bytes();
                  case Operand.Update update -> graph.slots().get(update.slot()).bytes();
                  case Operand.Absent absent -> absent.bytes();
                })
        .max()
        .orElse(1);
  }
}
