package opml.formats.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Port;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// The graph while it grows: the values by name, and slots numbered as nodes first name them.
final class GraphImport {
  private final String source;
  private final int opset;
  private final Map<String, Value> values = new HashMap<>();
  private final List<Slot> slots = new ArrayList<>();
  private final List<GraphNode> nodes = new ArrayList<>();

  GraphImport(String source, int opset) {
    this.source = source;
    this.opset = opset;
  }

  String source() {
    return source;
  }

  int opset() {
    return opset;
  }

  /// Gives the model's input slot 0.
  void input(String name, ElementType type, Shape shape) {
    Value input = Value.computed(name, type, shape);
    define(name, input);
    assign(input);
  }

  /// Gives a value its name. Names are known to be unique.
  void define(String name, Value value) {
    values.put(name, value);
  }

  Value value(String name, NodeImport node) {
    @Nullable Value value = values.get(name);
    if (value == null) {
      throw node.refuse("input " + name + " is not defined");
    }
    return value;
  }

  /// {@return the slot of a value, which it gets now if it has none yet}
  int slot(Value value, NodeImport node) {
    if (!value.place().hasSlot()) {
      try {
        assign(value);
      } catch (IllegalArgumentException e) {
        throw node.refuse(e.getMessage() == null ? "no slot" : e.getMessage());
      }
    }
    return value.place().slot();
  }

  void add(GraphNode node) {
    nodes.add(node);
  }

  Graph finish(String inputName, String outputName) {
    Value input = values.get(inputName);
    @Nullable Value output = values.get(outputName);
    if (input == null || output == null) {
      throw new IllegalStateException("input and output were checked before");
    }
    boolean written =
        nodes.stream()
            .flatMapToInt(node -> Arrays.stream(node.outputs()))
            .anyMatch(slot -> output.place().hasSlot() && slot == output.place().slot());
    if (!written) {
      throw new ImportException(source + ": output " + outputName + " is not computed by any node");
    }
    return new Graph(
        slots,
        nodes,
        new Port(inputName, input.place().slot(), input.shape()),
        new Port(outputName, output.place().slot(), output.shape()),
        1);
  }

  private void assign(Value value) {
    Value.Place place = value.place();
    Shape shape = place.constant().map(Tensor::shape).orElse(value.shape());
    slots.add(new Slot(place.name(), value.type(), shape, place.constant()));
    place.assign(slots.size() - 1);
  }
}
