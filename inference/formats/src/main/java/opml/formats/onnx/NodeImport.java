package opml.formats.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxNode;
import opml.kernels.catalog.KernelCatalog;
import org.jspecify.annotations.Nullable;

/// One node while it is imported: its inputs and attributes, and where its results go.
final class NodeImport {
  private final GraphImport graph;
  private final OnnxNode node;
  private final String name;
  private final Attributes attributes;

  NodeImport(GraphImport graph, OnnxNode node, String name) {
    this.graph = graph;
    this.node = node;
    this.name = name;
    this.attributes = new Attributes(node.attributes(), this::refuse);
  }

  /// {@return the version of ONNX's operator set that the model asks for}
  int opset() {
    return graph.opset();
  }

  Attributes attributes() {
    return attributes;
  }

  String name() {
    return name;
  }

  /// {@return the error to throw: file, node and problem}
  ImportException refuse(String problem) {
    return new ImportException(
        graph.source() + ", node " + name + " (" + node.opType() + "): " + problem);
  }

  void require(boolean holds, String problem) {
    if (!holds) {
      throw refuse(problem);
    }
  }

  /// Checks the number of inputs and of outputs.
  void arity(int minInputs, int maxInputs) {
    int inputs = node.inputs().size();
    require(
        inputs >= minInputs && inputs <= maxInputs,
        inputs + " inputs, not " + minInputs + " to " + maxInputs);
    require(!node.outputs().isEmpty(), "no output");
    for (String output : node.outputs().subList(1, node.outputs().size())) {
      require(output.isEmpty(), "output " + output + " is not supported");
    }
  }

  /// {@return input `index`, which must be there}
  Value input(int index) {
    return optional(index).orElseThrow(() -> refuse("input " + index + " is missing"));
  }

  /// {@return input `index`, which must be of this type}
  Value input(int index, ElementType type) {
    Value value = input(index);
    require(
        value.type() == type,
        "input " + index + " is " + value.describe() + ", supported is " + type.label());
    return value;
  }

  /// {@return input `index`, which must be i8 or u8}
  Value quantised(int index) {
    Value value = input(index);
    require(
        value.type().isQuantised(),
        "input " + index + " is " + value.describe() + ", supported are i8 and u8");
    return value;
  }

  /// {@return input `index` if it is given}
  Optional<Value> optional(int index) {
    if (index >= node.inputs().size() || node.inputs().get(index).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(graph.value(node.inputs().get(index), this));
  }

  /// {@return input `index`, whose bytes must be known at import}
  Tensor constant(int index) {
    return input(index)
        .constant()
        .orElseThrow(() -> refuse("input " + index + " must be a constant"));
  }

  /// Declares the node's result to be another name of `value`.
  void define(Value value) {
    graph.define(node.outputs().getFirst(), value);
  }

  /// {@return the call of a kernel, whose operands and scalars are then given in order}
  Call call(String kernel) {
    return new Call(kernel);
  }

  /// {@return an axis from -rank to rank - 1, counted from the front}
  int axis(int axis, int rank) {
    require(axis >= -rank && axis < rank, "axis " + axis + " of a tensor of rank " + rank);
    return axis < 0 ? axis + rank : axis;
  }

  /// A kernel's call under construction.
  final class Call {
    private final String kernel;
    private final List<Operand> operands = new ArrayList<>();
    private final List<Long> scalars = new ArrayList<>();
    private @Nullable Value result;

    private Call(String kernel) {
      this.kernel = kernel;
    }

    Call read(Value value) {
      operands.add(new Operand.Read(graph.slot(value, NodeImport.this)));
      return this;
    }

    /// Reads a constant that the file does not have but follows from it.
    Call derived(String what, Tensor tensor) {
      return read(Value.constant(name + "." + what, tensor));
    }

    /// Reads `value`, or zeros of as many bytes.
    Call readOrZeros(Optional<Value> value, long bytes) {
      if (value.isPresent()) {
        return read(value.get());
      }
      operands.add(new Operand.Absent(bytes));
      return this;
    }

    /// Writes the node's result.
    Call write(ElementType type, Shape shape) {
      result = Value.computed(node.outputs().getFirst(), type, shape);
      operands.add(new Operand.Write(graph.slot(result, NodeImport.this)));
      return this;
    }

    Call ints(int... values) {
      for (int value : values) {
        scalars.add((long) value);
      }
      return this;
    }

    Call flag(boolean value) {
      return ints(value ? 1 : 0);
    }

    Call real(float value) {
      return ints(Float.floatToIntBits(value));
    }

    /// Adds the node to the graph.
    void emit() {
      if (result == null) {
        throw new IllegalStateException(kernel + " has no result");
      }
      graph.add(
          new GraphNode(name, node.opType(), KernelCatalog.byName(kernel), operands, scalars));
      define(result);
    }
  }
}
