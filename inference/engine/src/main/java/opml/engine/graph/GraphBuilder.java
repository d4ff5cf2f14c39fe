package opml.engine.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.ScalarValues;

/// A graph while it grows: slots are numbered in the order in which they are asked for, nodes run in the order in which
/// they are added.
public final class GraphBuilder {
  private final List<Slot> slots = new ArrayList<>();
  private final List<GraphNode> nodes = new ArrayList<>();
  private final int most;

  public GraphBuilder() {
    this(Integer.MAX_VALUE);
  }

  /// A graph that does not grow beyond a bound, whoever says how large it is to be.
  ///
  /// @param most slots that there may be, and nodes; who adds another one gets an `IllegalArgumentException`
  public GraphBuilder(int most) {
    this.most = most;
  }

  private void requireRoom(int count, String what) {
    if (count >= most) {
      throw new IllegalArgumentException("a graph of more than %,d %s".formatted(most, what));
    }
  }

  /// {@return the number of this new slot}
  public int add(Slot slot) {
    requireRoom(slots.size(), "slots");
    slots.add(slot);
    return slots.size() - 1;
  }

  /// {@return the number of a new slot that is zeros before a node, or the model's user, writes it}
  ///
  /// @throws IllegalArgumentException if the tensor is too large for a slot
  public int slot(String name, ElementType type, Shape shape) {
    return add(new Slot(name, type, shape, Optional.empty()));
  }

  /// {@return the number of a new slot that holds this tensor}
  ///
  /// @throws IllegalArgumentException if the tensor is too large for a slot
  public int constant(String name, Tensor tensor) {
    return add(new Slot(name, tensor.type(), tensor.shape(), Optional.of(tensor)));
  }

  private void add(GraphNode node) {
    requireRoom(nodes.size(), "nodes");
    nodes.add(node);
  }

  /// Adds nodes that empty these slots, in this order.
  public void clear(Iterable<Integer> emptied) {
    for (GraphNode node : Clearing.nodes(slots, emptied)) {
      add(node);
    }
  }

  /// {@return a node under construction, whose operands are given in the order of the kernel's arguments, its scalars
  /// by name}
  ///
  /// @param name for people
  /// @param operator of the file that it comes from, for people
  public Call call(Kernel kernel, String name, String operator) {
    return new Call(kernel, name, operator);
  }

  /// {@return a port whose only part is this slot}
  ///
  /// @param shape in which the outside sees it
  public Port port(String name, int slot, Shape shape) {
    return Port.of(name, slot, slots.get(slot).type(), shape);
  }

  /// {@return the graph, whose nodes run once}
  ///
  /// @throws IllegalArgumentException if it has no nodes, or a port does not fit its slot
  public Graph build(Port input, Port output) {
    return new Graph(slots, nodes, input, output, 1);
  }

  /// A node under construction.
  public final class Call {
    private final Kernel kernel;
    private final String name;
    private final String operator;
    private final List<Operand> operands = new ArrayList<>();
    private ScalarValues scalars;

    private Call(Kernel kernel, String name, String operator) {
      this.kernel = kernel;
      this.scalars = new ScalarValues(kernel);
      this.name = name;
      this.operator = operator;
    }

    /// The next segment argument is what this slot holds.
    public Call read(int slot) {
      operands.add(new Operand.Read(slot));
      return this;
    }

    /// The next segment argument is so many bytes of zeros, in place of an operand that is not there.
    public Call zeros(long bytes) {
      operands.add(new Operand.Absent(bytes));
      return this;
    }

    /// The next segment argument is this slot, which the node writes.
    public Call write(int slot) {
      operands.add(new Operand.Write(slot));
      return this;
    }

    /// The next segment argument is this slot, which the node reads and changes in place.
    public Call update(int slot) {
      operands.add(new Operand.Update(slot));
      return this;
    }

    /// Gives scalar arguments their values.
    ///
    /// @param words their names, or those of records, which stand for all their scalars; separated by spaces
    /// @throws IllegalArgumentException if a name is unknown, is given twice, or the values are not as many
    public Call ints(String words, int... values) {
      scalars.ints(words, values);
      return this;
    }

    /// Takes all scalar arguments from values that were collected elsewhere.
    public Call scalars(ScalarValues values) {
      scalars = values;
      return this;
    }

    /// Gives a float argument its value.
    public Call real(String word, float value) {
      scalars.real(word, value);
      return this;
    }

    /// Adds the node to the graph.
    ///
    /// @throws IllegalArgumentException if the kernel takes another number of operands, or a scalar has no value
    public void end() {
      add(new GraphNode(name, operator, kernel, operands, scalars.all()));
    }
  }
}
