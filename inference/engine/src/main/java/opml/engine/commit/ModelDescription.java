package opml.engine.commit;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Port;
import opml.engine.graph.Slot;

/// A model as a table for people: one row for each node.
///
/// @param parameterBytes of all slots that have an initial value
/// @param stepBound the sum of all nodes' proven bounds, saturated: instructions of one pass in the machine, at most
public record ModelDescription(
    List<Row> rows, String input, String output, long parameterBytes, long stepBound) {
  /// A node.
  ///
  /// @param inputs types and shapes of the slots that it reads
  /// @param bound of its instructions, proven
  /// @param stepsLog2 its step limit
  /// @param memDepth of its memory's tree
  public record Row(
      int index,
      String name,
      String operator,
      String kernel,
      String inputs,
      String outputs,
      long bound,
      int stepsLog2,
      int memDepth) {}

  public ModelDescription {
    rows = List.copyOf(rows);
  }

  public static ModelDescription of(Model model) {
    Graph graph = model.graph();
    List<Row> rows = new ArrayList<>();
    long total = 0;
    for (int i = 0; i < model.nodes().size(); i++) {
      CommittedNode committed = model.nodes().get(i);
      GraphNode node = committed.node();
      long bound = node.kernel().cost().instructions(node.scalarArray());
      total = total > Long.MAX_VALUE - bound ? Long.MAX_VALUE : total + bound;
      rows.add(
          new Row(
              i,
              node.name(),
              node.operator(),
              node.kernel().name(),
              describe(graph, node.inputs()),
              describe(graph, node.outputs()),
              bound,
              committed.descriptor().stepsLog2(),
              committed.descriptor().memDepth()));
    }
    long parameters =
        graph.slots().stream().filter(s -> s.initial().isPresent()).mapToLong(Slot::bytes).sum();
    return new ModelDescription(
        rows, port(graph, graph.input()), port(graph, graph.output()), parameters, total);
  }

  private static String port(Graph graph, Port port) {
    return port.name() + " " + graph.slots().get(port.slot()).type().label() + " " + port.shape();
  }

  private static String describe(Graph graph, int[] slots) {
    return IntStream.of(slots)
        .mapToObj(graph.slots()::get)
        .map(slot -> slot.type().label() + " " + slot.shape())
        .collect(Collectors.joining(", "));
  }
}
