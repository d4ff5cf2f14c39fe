package opml.formats.onnx.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.core.codec.Names;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.node.GraphImport.Source;
import opml.formats.refusal.Reason.Kind;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.ScalarValues;
import org.jspecify.annotations.Nullable;

/// One node while it is imported: its inputs and attributes, and where its results go.
public final class NodeImport {
  /// More than a tensor has axes. A short file can have a node for each name of one long list.
  private static final int MAX_LIST = 64;

  private final GraphImport graph;
  private final OnnxNode node;
  private final String name;
  private final Attributes attributes;

  public NodeImport(GraphImport graph, OnnxNode node, String name) {
    this.graph = graph;
    this.node = node;
    this.name = name;
    this.attributes = new Attributes(node.attributes());
  }

  /// {@return the version of ONNX's operator set that the model asks for}
  public int opset() {
    return graph.opset();
  }

  public Attributes attributes() {
    return attributes;
  }

  public void require(boolean holds, String rule) {
    require(holds, rule, "");
  }

  /// Refuses the node unless something holds.
  ///
  /// @param rule what is wrong, in words that fit every such node
  /// @param detail this node's sizes
  public void require(boolean holds, String rule, String detail) {
    if (!holds) {
      throw new RefusedNode(rule, detail);
    }
  }

  /// {@return the refusal of a use of an operator that no kernel computes: of inputs that are not known at import}
  public RefusedNode unsupported() {
    return new RefusedNode(Kind.OPERATOR, notOfConstants(node.opType()), "");
  }

  /// {@return what we do not have of an operator that only takes constants}
  public static String notOfConstants(String operator) {
    return operator + " of values that are not constants";
  }

  /// Checks the number of inputs, and that nobody reads an output but the first.
  public void arity(int minInputs, int maxInputs) {
    int inputs = node.inputs().size();
    require(
        inputs >= minInputs && inputs <= maxInputs,
        inputs + " inputs, not " + minInputs + (minInputs == maxInputs ? "" : " to " + maxInputs));
    for (int i = 1; i < node.outputs().size(); i++) {
      String output = node.outputs().get(i);
      require(
          !graph.reads(output),
          "output " + i + " is read, supported is the first",
          Names.shown(output));
    }
    require(!node.outputs().getFirst().isEmpty(), "the first output has no name");
  }

  public int inputs() {
    return node.inputs().size();
  }

  /// {@return input `index`, which must be there}
  public Value input(int index) {
    return optional(index).orElseThrow(() -> new RefusedNode("input " + index + " is missing", ""));
  }

  /// {@return input `index`, which must be of this type}
  public Value input(int index, ElementType type) {
    Value value = input(index);
    requireType(value.type() == type, value.type(), Types.name(type) + " is supported");
    return value;
  }

  /// {@return input `index`, which must be int8 or uint8}
  public Value quantised(int index) {
    Value value = input(index);
    requireType(value.type().isQuantised(), value.type(), "int8 and uint8 are supported");
    return value;
  }

  public void requireType(boolean holds, ElementType type, String supported) {
    if (!holds) {
      throw new RefusedNode(Kind.TYPE, "type " + Types.name(type) + ", where " + supported, "");
    }
  }

  /// {@return input `index` if it is given}
  public Optional<Value> optional(int index) {
    if (index >= node.inputs().size() || node.inputs().get(index).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(graph.value(node.inputs().get(index)).orElseThrow());
  }

  /// {@return input `index`, whose bytes must be known at import}
  public Tensor constant(int index) {
    return sized(index)
        .constant()
        .orElseThrow(() -> new RefusedNode("input " + index + " must be a constant", ""));
  }

  /// {@return input `index` of an operator that no kernel computes}
  public Tensor foldedInput(int index) {
    return sized(index).constant().orElseThrow(this::unsupported);
  }

  /// {@return input `index`, which may be read whole at import}
  private Value sized(int index) {
    Value value = input(index);
    value.requireSize();
    return value;
  }

  /// {@return whether a value is a constant that is too large for a slot}
  public boolean splits(Value value) {
    return value.isConstant() && value.place().bytes() > mostOfPiece();
  }

  /// {@return the bytes that a piece of such a constant may have}
  public long mostOfPiece() {
    return graph.limits().piece();
  }

  /// {@return what a constant has from an index on along an axis}
  public Value piece(Value whole, int axis, int from, int count) {
    return graph.piece(whole, axis, from, count);
  }

  /// {@return a value for calls that prepare what the node's own call reads}
  ///
  /// @throws RefusedNode if it is too large
  public Value part(String what, ElementType type, Shape shape) {
    Value value = Value.computed(name + "." + what, type, shape);
    value.requireSlot();
    return value;
  }

  /// {@return the numbers of input `index`, which must be a constant list (or one number) of integers}
  public long[] integers(int index) {
    Tensor tensor = constant(index);
    ElementType type = tensor.type();
    requireType(
        type == ElementType.I64 || type == ElementType.I32, type, "int64 and int32 are supported");
    require(tensor.shape().rank() <= 1, "input " + index + " must be a list", "" + tensor.shape());
    require(
        tensor.shape().count() <= MAX_LIST,
        "input " + index + " has more than " + MAX_LIST + " numbers",
        "" + tensor.shape());
    return tensor.integers();
  }

  /// Declares the node's result to be another name of `value`.
  public void define(Value value) {
    graph.define(node.outputs().getFirst(), value);
  }

  /// Declares the node's result to be a constant: one that the file has, a handful of numbers, or a [#foldable].
  public void defineConstant(Tensor tensor) {
    define(Value.constant(node.outputs().getFirst(), tensor));
  }

  /// {@return a new constant that follows from others, refused before it takes memory}
  public Tensor foldable(ElementType type, Shape shape) {
    countFolded(Tensor.byteSize(type, shape));
    return Tensor.zero(type, shape);
  }

  /// Counts bytes of constants that follow from others, before they take memory.
  public void countFolded(long bytes) {
    graph.countFolded(bytes);
  }

  /// Counts so many more bytes of the file's own constants, or refuses them if they are too many.
  public void countConstant(long bytes) {
    graph.countConstant(bytes);
  }

  /// {@return the call of a kernel, whose operands are then given in order, its scalars by name}
  public Call call(String kernel) {
    return new Call(kernel);
  }

  /// {@return an axis from -rank to rank - 1, counted from the front}
  public int axis(int axis, int rank) {
    require(
        axis >= -rank && axis < rank,
        "the axis does not exist",
        "axis " + axis + " of a tensor of rank " + rank);
    return axis < 0 ? axis + rank : axis;
  }

  /// A kernel's call under construction.
  public final class Call {
    private final Kernel kernel;
    private final List<Source> sources = new ArrayList<>();
    private final ScalarValues scalars;
    private String label = name;
    private @Nullable Value result;

    private Call(String kernel) {
      this.kernel = KernelCatalog.byName(kernel);
      this.scalars = new ScalarValues(this.kernel);
    }

    public Call read(Value value) {
      value.requireSlot();
      sources.add(new Source.Read(value.place()));
      return this;
    }

    /// Reads a constant that the file does not have but follows from it.
    public Call derived(String what, Tensor tensor) {
      return read(Value.constant(label + "." + what, tensor));
    }

    /// Reads `value`, or zeros of as many bytes.
    public Call readOrZeros(Optional<Value> value, long bytes) {
      if (value.isPresent()) {
        return read(value.get());
      }
      sources.add(new Source.Absent(bytes));
      return this;
    }

    /// Writes the node's result.
    public Call write(ElementType type, Shape shape) {
      return write(Value.computed(node.outputs().getFirst(), type, shape));
    }

    /// Names a call that prepares what the node's own call reads.
    public Call named(String what) {
      label = name + "." + what;
      return this;
    }

    /// Writes what another call reads.
    public Call writePart(ElementType type, Shape shape) {
      return write(Value.computed(label, type, shape));
    }

    /// Changes what a call before has written.
    public Call update(Value value) {
      result = value;
      sources.add(new Source.Update(value.place()));
      return this;
    }

    /// Writes a value, which no call before has.
    public Call write(Value value) {
      value.requireSlot();
      result = value;
      sources.add(new Source.Write(value.place()));
      return this;
    }

    /// Gives scalars their values.
    ///
    /// @param words their names, or those of records, separated by spaces
    public Call ints(String words, int... values) {
      scalars.ints(words, values);
      return this;
    }

    public Call flag(String word, boolean value) {
      return ints(word, value ? 1 : 0);
    }

    public Call real(String word, float value) {
      scalars.real(word, value);
      return this;
    }

    /// Adds the call to the graph as what computes the node's result.
    public void emit() {
      define(emitPart());
    }

    /// Adds the call to the graph and returns what it writes.
    public Value emitPart() {
      if (result == null) {
        throw new IllegalStateException(kernel + " has no result");
      }
      graph.add(new GraphImport.Call(label, node.opType(), kernel, sources, scalars));
      return result;
    }
  }
}
