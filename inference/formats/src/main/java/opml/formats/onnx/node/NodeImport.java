package opml.formats.onnx.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.core.codec.Names;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxNode;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.node.Folding.Operand;
import opml.formats.onnx.node.GraphImport.Source;
import opml.formats.refusal.Reason.Kind;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.ScalarValues;

/// One node while it is imported: its inputs and attributes, and where its results go.
public final class NodeImport {
  /// More than a tensor has axes. A short file can have a node for each name of one long list.
  private static final int MAX_LIST = 64;

  /// In place of an output's number: for other calls.
  private static final int NOWHERE = -1;

  private final GraphImport graph;
  private final OnnxNode node;
  private final String name;
  private final Attributes attributes;
  private final int opset;
  private int casts;

  /// How much is there of what the node defines.
  private Optional<Value.Count> carried = Optional.empty();

  /// @param opset the version of ONNX's operator set that the node means
  public NodeImport(GraphImport graph, OnnxNode node, String name, int opset) {
    this.opset = opset;
    this.graph = graph;
    this.node = node;
    this.name = name;
    this.attributes = new Attributes(node.attributes());
  }

  /// {@return the version of ONNX's operator set that the model asks for}
  public int opset() {
    return opset;
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

  /// {@return what we do not have of an operator that only takes constants}
  public static String notOfConstants(String operator) {
    return operator + " of values that are not constants";
  }

  /// Checks the number of inputs, and that nobody reads an output but the first.
  public void arity(int minInputs, int maxInputs) {
    arity(minInputs, maxInputs, 1);
    require(!node.outputs().getFirst().isEmpty(), "the first output has no name");
  }

  /// Checks the number of inputs, and that nobody reads an output behind the first `maxOutputs`.
  public void arity(int minInputs, int maxInputs, int maxOutputs) {
    int inputs = node.inputs().size();
    require(
        inputs >= minInputs && inputs <= maxInputs,
        inputs + " inputs, not " + minInputs + (minInputs == maxInputs ? "" : " to " + maxInputs));
    for (int i = maxOutputs; i < node.outputs().size(); i++) {
      String output = node.outputs().get(i);
      require(
          !graph.reads(output),
          maxOutputs == 1
              ? "output " + i + " is read, supported is the first"
              : "output %d is read, supported are the first %d".formatted(i, maxOutputs),
          Names.shown(output));
    }
  }

  /// {@return how many outputs the node names, absent ones in between included}
  public int outputs() {
    return node.outputs().size();
  }

  /// {@return whether somebody reads an output}
  public boolean wants(int output) {
    return output < node.outputs().size()
        && !node.outputs().get(output).isEmpty()
        && graph.reads(node.outputs().get(output));
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

  /// {@return input `index` if it is given, which must be a tensor}
  public Optional<Value> optional(int index) {
    Optional<Value> value = given(index);
    if (value.flatMap(Value::count).isPresent()) {
      throw mustBeKnown("the size of input " + index + ", which the data decide,", value.get());
    }
    return value;
  }

  private Optional<Value> given(int index) {
    return optionalMeaning(index).map(meaning -> tensor(index, meaning));
  }

  private static Value tensor(int index, Meaning meaning) {
    if (meaning instanceof Value value) {
      return value;
    }
    throw new RefusedNode(
        Kind.TYPE,
        "input %d is %s, where a tensor is supported"
            .formatted(index, meaning instanceof NoValue ? "an empty optional" : "a sequence"),
        "");
  }

  /// {@return what input `index` stands for, if it is given}
  public Optional<Meaning> optionalMeaning(int index) {
    if (index >= node.inputs().size() || node.inputs().get(index).isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(graph.meaning(node.inputs().get(index)).orElseThrow());
  }

  /// {@return what input `index`, which must be there, stands for}
  public Meaning meaning(int index) {
    return optionalMeaning(index)
        .orElseThrow(() -> new RefusedNode("input " + index + " is missing", ""));
  }

  /// {@return input `index`, which must be there, also if the data decide how much of it is: the operator then says how
  ///     much of its result is ([#carry])}
  public Value counted(int index) {
    return given(index).orElseThrow(() -> new RefusedNode("input " + index + " is missing", ""));
  }

  /// {@return input `index` as [#input], also if the data decide how much of it is there: then as much is there of all
  ///     that the node defines. For operators whose result has the input's shape, and each element follows from one}
  public Value alike(int index) {
    Value value = counted(index);
    carry(value.count());
    return value.whole();
  }

  /// Declares how much is there of all that the node defines from now on.
  public void carry(Optional<Value.Count> count) {
    carried = count;
  }

  /// {@return input `index`, whose bytes must be known at import}
  public Tensor constant(int index) {
    Value value = sized(index);
    return value.constant().orElseThrow(() -> mustBeKnown("input " + index, value));
  }

  /// {@return the refusal of a value that decides a shape, or what is run, and is not known at import; it names the
  ///     inputs of the model that would have to be}
  public RefusedNode mustBeKnown(String what, Value value) {
    List<String> inputs = graph.inputsBehind(value);
    String rule = what + " must be a constant";
    return inputs.isEmpty()
        ? new RefusedNode(rule, "")
        : new RefusedNode(rule, "to be bound are " + Names.list(inputs), inputs);
  }

  /// {@return input `index` of an operator that no kernel computes}
  public Tensor foldedInput(int index) {
    Value value = sized(index);
    return value.constant().orElseThrow(() -> mustBeKnown("input " + index, value));
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

  /// Declares the node's result to be another name of `meaning`.
  public void define(Meaning meaning) {
    define(0, meaning);
  }

  /// Declares an output, if the node names it, to be another name of `meaning`.
  public void define(int output, Meaning meaning) {
    if (output < node.outputs().size() && !node.outputs().get(output).isEmpty()) {
      boolean carries =
          carried.isPresent() && meaning instanceof Value value && value.count().isEmpty();
      graph.define(
          node.outputs().get(output), carries ? ((Value) meaning).counted(carried) : meaning);
    }
  }

  /// {@return the key of draws by chance: a seed, or where there is none a number that no other node has, 0 of the
  /// first}
  ///
  /// @param seed as the node gives it
  public long drawKey(Optional<Long> seed) {
    return seed.orElseGet(() -> (long) graph.nextDraw() << Integer.SIZE);
  }

  /// {@return a constant that follows from the file, for calls that read it}
  public Value constant(String what, Tensor tensor) {
    return Value.constant(name + "." + what, tensor);
  }

  /// {@return what makes calls that move elements}
  public ElementMoves moves() {
    return new ElementMoves(this);
  }

  /// {@return the value, each element repeated by numpy's broadcasting; itself if it has the shape}
  public Value broadcast(String what, Value value, Shape shape) {
    int more = shape.rank() - value.shape().rank();
    boolean fits = more >= 0;
    for (int i = 0; fits && i < value.shape().rank(); i++) {
      fits = value.shape().dim(i) == 1 || value.shape().dim(i) == shape.dim(more + i);
    }
    require(fits, what + " does not broadcast", value.describe() + " to " + shape);
    return value.shape().equals(shape)
        ? value
        : moves().of(what, value, Walk.of(value.shape()).broadcast(shape), shape);
  }

  /// {@return the value with its axes in another order, by their numbers}
  public Value transposed(String what, Value value, List<Integer> axes) {
    Walk walk = Walk.of(value.shape()).transposed(axes);
    return moves().of(what, value, walk, new Shape(walk.dims()));
  }

  /// {@return the value in another type, by ONNX's Cast; itself if it has the type}
  public Value cast(Value value, ElementType type) {
    if (value.type() == type) {
      return value;
    }
    int count = value.shape().count();
    return call("cast")
        .named("as" + casts++ + "." + type.label())
        .read(value)
        .writePart(type, value.shape())
        .ints("n", count)
        .ints("from", OnnxType.of(value.type()).code())
        .ints("to", OnnxType.of(type).code())
        .flag("saturate", true)
        .emitPart();
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

  /// {@return whether so many more bytes of constants may follow from others}
  boolean mayFold(long bytes) {
    return graph.mayFold(bytes);
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
    private final List<Operand> operands = new ArrayList<>();
    private final ScalarValues scalars;
    private final List<Integer> outputs = new ArrayList<>();
    private String label = name;

    private Call(String kernel) {
      this.kernel = KernelCatalog.byName(kernel);
      this.scalars = new ScalarValues(this.kernel);
    }

    /// Reads a value; of one without elements zeros, which no kernel looks at.
    public Call read(Value value) {
      if (value.isEmpty()) {
        operands.add(new Operand.Absent(Long.BYTES));
        return this;
      }
      value.requireSlot();
      operands.add(new Operand.Read(value));
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
      operands.add(new Operand.Absent(bytes));
      return this;
    }

    /// Writes the node's result.
    public Call write(ElementType type, Shape shape) {
      return write(0, type, shape);
    }

    /// Writes one of the node's outputs, or nothing that anybody reads if the node does not name it.
    public Call write(int output, ElementType type, Shape shape) {
      boolean named = output < node.outputs().size() && !node.outputs().get(output).isEmpty();
      String target = named ? node.outputs().get(output) : label + ".unread" + output;
      return write(named ? output : NOWHERE, Value.computed(target, type, shape));
    }

    /// Names a call that prepares what the node's own call reads.
    public Call named(String what) {
      label = name + "." + what;
      return this;
    }

    /// Writes what another call reads.
    public Call writePart(ElementType type, Shape shape) {
      return write(NOWHERE, Value.computed(label, type, shape));
    }

    /// Changes what a call before has written. The result is what that call wrote, changed: whoever goes on reads what
    /// this call returns.
    public Call update(Value value) {
      operands.add(new Operand.Update(value));
      outputs.add(0);
      return this;
    }

    /// Writes a value, which no call before has.
    public Call write(Value value) {
      return write(0, value);
    }

    private Call write(int output, Value value) {
      if (!value.isEmpty()) {
        value.requireSlot();
      }
      operands.add(new Operand.Write(value));
      outputs.add(output);
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

    /// Adds the call to the graph as what computes the node's results.
    public void emit() {
      List<Value> results = emitAll();
      for (int i = 0; i < results.size(); i++) {
        if (outputs.get(i) != NOWHERE) {
          define(outputs.get(i), results.get(i));
        }
      }
    }

    /// Adds the call to the graph and returns what it writes first.
    public Value emitPart() {
      return emitAll().getFirst();
    }

    /// Adds the call to the graph and returns what it writes, in the order of the operands. Of what is known, the
    /// results are constants, and the graph has no call.
    public List<Value> emitAll() {
      if (outputs.isEmpty()) {
        throw new IllegalStateException(kernel + " has no result");
      }
      List<Value> results = written();
      if (results.stream().allMatch(Value::isEmpty)) {
        return results.stream().map(Call::empty).toList();
      }
      // a kernel's segment has a byte at least
      results.forEach(Value::requireSlot);
      if (Folding.isKnown(operands)
          && graph.mayFold(Folding.written(operands))
          && graph.mayFold(Folding.read(operands))) {
        Optional<List<Tensor>> folded = Folding.run(kernel, operands, scalars);
        if (folded.isPresent()) {
          graph.countFolded(Folding.written(operands));
          return folded.get().stream().map(tensor -> Value.constant(label, tensor)).toList();
        }
      }
      operands.replaceAll(
          operand ->
              operand instanceof Operand.Update(Value value) && value.isConstant()
                  ? new Operand.Update(copied(value))
                  : operand);
      List<Source> sources = operands.stream().map(Call::source).toList();
      graph.add(new GraphImport.Call(label, node.opType(), kernel, sources, scalars));
      return written();
    }

    private List<Value> written() {
      List<Value> values = new ArrayList<>();
      for (Operand operand : operands) {
        switch (operand) {
          case Operand.Write(Value value) -> values.add(value);
          case Operand.Update(Value value) -> values.add(value);
          case Operand.Read _, Operand.Absent _ -> {}
        }
      }
      return values;
    }

    private static Value empty(Value value) {
      return Value.constant("nothing", Tensor.zero(value.type(), value.shape()));
    }

    /// {@return a value that a call may change, with a constant's bytes}
    private Value copied(Value value) {
      Kernel copy = KernelCatalog.byName("copy");
      Value place = Value.computed(label, value.type(), value.shape());
      graph.add(
          new GraphImport.Call(
              label + ".begun",
              node.opType(),
              copy,
              List.of(new Source.Read(value.place()), new Source.Write(place.place())),
              new ScalarValues(copy).ints("from to count", 0, 0, (int) place.place().bytes())));
      return place;
    }

    private static Source source(Operand operand) {
      return switch (operand) {
        case Operand.Read(Value value) -> new Source.Read(value.place());
        case Operand.Write(Value value) -> new Source.Write(value.place());
        case Operand.Update(Value value) -> new Source.Update(value.place());
        case Operand.Absent(long bytes) -> new Source.Absent(bytes);
      };
    }
  }
}
