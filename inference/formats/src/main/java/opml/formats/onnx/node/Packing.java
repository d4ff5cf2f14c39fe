package opml.formats.onnx.node;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import opml.core.codec.Names;
import opml.engine.graph.Port;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.node.GraphImport.Call;
import opml.formats.onnx.node.GraphImport.Source;
import opml.formats.refusal.Reason.Kind;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.ScalarValues;

/// The inputs or the outputs of a model on their way into one slot (`spec/graph.md`): one is a slot of its own, several
/// are copied out of, or into, a slot of bytes.
final class Packing {
  private final List<Value> values;
  private final List<Port.Part> parts;
  private final Value whole;

  private Packing(List<Value> values, List<Port.Part> parts, Value whole) {
    this.values = List.copyOf(values);
    this.parts = List.copyOf(parts);
    this.whole = whole;
  }

  /// @param what they are, for people
  /// @param names of the file; where two of them are shown alike, the later one gets its number behind it
  static Packing of(String what, List<String> names, List<Value> values) {
    List<Port.Part> parts = parts(names, values);
    Value whole =
        values.size() == 1
            ? values.getFirst()
            : Value.computed(
                what, ElementType.U8, Shape.of(Math.toIntExact(parts.getLast().end())));
    return new Packing(values, parts, whole);
  }

  /// {@return a value that no node computes, the input or a constant, as one that a copy of it computes: a graph has a
  /// node, and its output is what a node wrote}
  static Packing copied(String name, Value value) {
    return new Packing(
        List.of(value),
        parts(List.of(name), List.of(value)),
        Value.computed(name, value.type(), value.shape()));
  }

  /// {@return the input of a model that has none: a byte that nobody reads, since a slot is not empty}
  static Packing nothing() {
    String name = "nothing";
    Value value = Value.computed(name, ElementType.U8, Shape.of(1));
    return new Packing(List.of(value), parts(List.of(name), List.of(value)), value);
  }

  private static List<Port.Part> parts(List<String> names, List<Value> values) {
    List<Port.Part> parts = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (int i = 0; i < values.size(); i++) {
      Value value = values.get(i);
      value.requireSlot();
      String shown = Names.shown(names.get(i));
      String name = shown;
      for (int number = i + 1; !taken.add(name); number++) {
        name = shown + "#" + number;
      }
      parts.add(Port.Part.behind(parts, name, value.type(), value.shape()));
    }
    return parts;
  }

  /// Checks that several tensors fit into one slot.
  static void requireRoom(String what, List<Value> values) {
    long end = 0;
    for (Value value : values) {
      end = ((end + Port.ALIGNMENT - 1) & -Port.ALIGNMENT) + value.place().bytes();
    }
    if (end > Slot.MAX_BYTES) {
      throw new RefusedNode(
          Kind.SIZE,
          "the %d %s take %,d bytes together; they share a slot, which has at most %,d"
              .formatted(values.size(), what, end, Slot.MAX_BYTES),
          "");
    }
  }

  Value whole() {
    return whole;
  }

  Port port(int slot) {
    return new Port(slot, parts);
  }

  /// {@return the calls that copy each part into a slot of its own}
  List<Call> unpacked() {
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < parts.size() && !isOne(); i++) {
      Source to = new Source.Write(values.get(i).place());
      int from = Math.toIntExact(parts.get(i).offset());
      calls.add(copy(i, "Input", new Source.Read(whole.place()), to, from, 0));
    }
    return calls;
  }

  /// {@return the calls that copy each part to its place; the first one finds zeros there}
  List<Call> packed() {
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < parts.size() && !isOne(); i++) {
      Source to = i == 0 ? new Source.Write(whole.place()) : new Source.Update(whole.place());
      int at = Math.toIntExact(parts.get(i).offset());
      calls.add(copy(i, "Output", new Source.Read(values.get(i).place()), to, 0, at));
    }
    return calls;
  }

  /// {@return whether there is one part, in a slot that is its own already}
  private boolean isOne() {
    return values.getFirst().equals(whole);
  }

  private Call copy(int part, String what, Source x, Source y, int from, int to) {
    Kernel kernel = KernelCatalog.byName("copy");
    int count = Math.toIntExact(parts.get(part).bytes());
    return new Call(
        parts.get(part).name(),
        what,
        kernel,
        List.of(x, y),
        new ScalarValues(kernel).ints("from to count", from, to, count));
  }
}
