package opml.engine.commit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import opml.core.hash.Bytes32;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Port;
import opml.engine.graph.Slot;

/// A model in words and tables, for whoever shows it: what it consists of, and what the chain knows of it.
///
/// @param rows one for each node
/// @param parameterBytes of all slots that have an initial value
/// @param stepBound the sum of all nodes' bounds, saturated: instructions of one pass in the machine, at most
public record ModelDescription(
    Bytes32 id,
    ModelDescriptor descriptor,
    Port input,
    Port output,
    List<Row> rows,
    List<Slot> slots,
    long parameterBytes,
    long stepBound) {
  /// A node.
  ///
  /// @param reads the numbers of the slots that it reads
  /// @param hash under the graph root
  /// @param bound of its instructions, tested and not proved
  public record Row(
      String name,
      String operator,
      String kernel,
      List<Integer> reads,
      List<Integer> writes,
      List<Long> scalars,
      Bytes32 hash,
      NodeDescriptor descriptor,
      long bound) {
    public Row {
      reads = List.copyOf(reads);
      writes = List.copyOf(writes);
      scalars = List.copyOf(scalars);
    }

    private static Row of(CommittedNode committed) {
      GraphNode node = committed.node();
      return new Row(
          node.name(),
          node.operator(),
          node.kernel().name(),
          Arrays.stream(node.inputs()).boxed().toList(),
          Arrays.stream(node.outputs()).boxed().toList(),
          node.scalars(),
          committed.descriptor().hash(),
          committed.descriptor(),
          committed.program().bound().instructions(node.scalarArray()));
    }
  }

  public ModelDescription {
    rows = List.copyOf(rows);
    slots = List.copyOf(slots);
  }

  public static ModelDescription of(Model model) {
    Graph graph = model.graph();
    List<Row> rows = new ArrayList<>();
    long total = 0;
    for (CommittedNode node : model.nodes()) {
      Row row = Row.of(node);
      total = total > Long.MAX_VALUE - row.bound() ? Long.MAX_VALUE : total + row.bound();
      rows.add(row);
    }
    return new ModelDescription(
        model.id(),
        model.descriptor(),
        graph.input(),
        graph.output(),
        rows,
        graph.slots(),
        graph.slots().stream().filter(s -> s.initial().isPresent()).mapToLong(Slot::bytes).sum(),
        total);
  }
}
