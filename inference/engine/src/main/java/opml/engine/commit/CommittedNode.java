package opml.engine.commit;

import java.util.ArrayList;
import java.util.Comparator;
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
    Geometry geometry = geometry(graph, node, program);
    long[] indices = geometry.indices();
    byte[] fixed = layout.bytes(geometry, node.scalarArray(), program.constants());
    int fixedDepth = MerkleRoot.depthFor(fixed.length);
    List<Segment> segments = new ArrayList<>();
    List<Output> outputs = new ArrayList<>();
    segments.add(new Segment.Fixed(fixedDepth, 0, MerkleRoot.of(fixed, fixedDepth)));
    for (int j = 0; j < node.operands().size(); j++) {
      int depth = geometry.depths().get(j);
      long index = indices[j];
      switch (node.operands().get(j)) {
        case Operand.Read(int slot) -> segments.add(new Segment.FromSlot(depth, index, slot));
        case Operand.Write(int slot) -> outputs.add(new Output(depth, index, slot));
        case Operand.Update(int slot) -> {
          segments.add(new Segment.FromSlot(depth, index, slot));
          outputs.add(new Output(depth, index, slot));
        }
        case Operand.Absent _ -> {}
      }
    }
    // As the fold takes them.
    segments.sort(Comparator.comparingLong(Segment::address));
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

  /// {@return a bound of the instructions that the node executes}
  public long steps() {
    return program.bound().instructions(node.scalarArray());
  }

  /// {@return whether a node's operands fit into its memory, of which there is at most 1 GiB}
  public static boolean fits(Graph graph, GraphNode node, PinnedProgram program) {
    try {
      geometry(graph, node, program);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static Geometry geometry(Graph graph, GraphNode node, PinnedProgram program) {
    int fixedBytes = FixedSegment.of(node.kernel()).size(program.constants().length);
    return Geometry.of(operandBytes(graph, node), fixedBytes, program.stackBytes());
  }

  private static long[] operandBytes(Graph graph, GraphNode node) {
    return node.operands().stream()
        .mapToLong(
            operand ->
                switch (operand) {
                  case Operand.Read(int slot) -> graph.slots().get(slot).bytes();
                  case Operand.Write(int slot) -> graph.slots().get(slot).bytes();
                  case Operand.Update(int slot) -> graph.slots().get(slot).bytes();
                  case Operand.Absent(long bytes) -> bytes;
                })
        .toArray();
  }
}
