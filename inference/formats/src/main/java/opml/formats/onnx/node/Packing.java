package opml.formats.onnx.node;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import opml.core.codec.Names;
import opml.engine.graph.Port;
import opml.engine.graph.Slot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.node.GraphImport.Call;
import opml.formats.onnx.node.GraphImport.Named;
import opml.formats.onnx.node.GraphImport.Source;
import opml.formats.refusal.Reason.Kind;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.ScalarValues;

/// The inputs or the outputs of a model on their way into one slot (`spec/graph.md`): one is a slot of its own, several
/// are copied out of, or into, a slot of bytes. Those without elements are in no slot.
final class Packing {
  private static final String NOTHING = "nothing";

  private final List<Value> values;
  private final List<Port.Part> parts;
  private final Value whole;

  private Packing(List<Value> values, List<Port.Part> parts, Value whole) {
    this.values = List.copyOf(values);
    this.parts = List.copyOf(parts);
    this.whole = whole;
  }

  /// @param what they are, for people
  /// @param ports of the file; where two of them are shown alike, the later one gets its number behind it
  static Packing of(String what, List<Named> ports) {
    List<Port.Part> parts = parts(ports);
    List<Value> values = ports.stream().map(Named::value).toList();
    int bytes = Math.toIntExact(Math.max(1, parts.getLast().end()));
    Value whole =
        values.size() == 1 && !values.getFirst().isEmpty()
            ? values.getFirst()
            : Value.computed(what, ElementType.U8, Shape.of(bytes));
    return new Packing(values, parts, whole);
  }

  /// {@return values of some of which the data decide how much is there: the numbers that say so are parts behind all
  ///     others}
  static Packing counted(String what, List<Named> ports) {
    List<Value> counts = counts(ports.stream().map(Named::value).toList());
    List<Named> all = new ArrayList<>(ports);
    for (Value count : counts) {
      int first = 0;
      while (ports
          .get(first)
          .value()
          .count()
          .filter(one -> one.number() == count.place())
          .isEmpty()) {
        first++;
      }
      all.add(new Named(ports.get(first).name() + ".count", count));
    }
    return of(what, all);
  }

  /// {@return the numbers that say how much of some values is there, each once}
  static List<Value> counts(List<Value> values) {
    return values.stream()
        .flatMap(value -> value.count().stream())
        .map(Value.Count::number)
        .distinct()
        .map(Value::of)
        .toList();
  }

  /// {@return a value that no node computes, the input or a constant, as one that a copy of it computes: a graph has a
  /// node, and its output is what a node wrote}
  static Packing copied(Named port) {
    Value value = port.value();
    return new Packing(
        List.of(value),
        parts(List.of(port)),
        Value.computed(port.name(), value.type(), value.shape()));
  }

  /// {@return the input of a model that has none: a byte that nobody reads, since a slot is not empty}
  static Packing nothing() {
    Value value = Value.computed(NOTHING, ElementType.U8, Shape.of(1));
    return of(NOTHING, List.of(new Named(NOTHING, value)));
  }

  /// {@return the output of a model whose outputs are sequences of no tensors: one without elements}
  static Packing noResults() {
    Tensor none = Tensor.zero(ElementType.U8, Shape.of(0));
    return of("outputs", List.of(new Named(NOTHING, Value.constant(NOTHING, none))));
  }

  private static List<Port.Part> parts(List<Named> ports) {
    List<String> shown = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    Map<Value.Place, String> places = new HashMap<>();
    for (int i = 0; i < ports.size(); i++) {
      String plain = Names.shown(ports.get(i).name());
      String name = plain;
      for (int number = i + 1; !taken.add(name); number++) {
        name = plain + "#" + number;
      }
      shown.add(name);
      places.put(ports.get(i).value().place(), name);
    }
    List<Port.Part> parts = new ArrayList<>();
    for (int i = 0; i < ports.size(); i++) {
      Value value = ports.get(i).value();
      value.requireSize();
      Optional<Port.Cut> cut =
          value
              .count()
              .map(
                  count ->
                      new Port.Cut(
                          count.axis(), Objects.requireNonNull(places.get(count.number()))));
      parts.add(Port.Part.behind(parts, shown.get(i), value.type(), value.shape(), cut));
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
      if (values.get(i).isEmpty()) {
        continue;
      }
      Source to = new Source.Write(values.get(i).place());
      int from = Math.toIntExact(parts.get(i).offset());
      calls.add(copy(i, "Input", new Source.Read(whole.place()), to, from, 0));
    }
    return calls;
  }

  /// {@return the calls that copy each part to its place; the first one finds zeros there. Where no part has an
  /// element, one that writes a zero, since an output is what a node wrote}
  List<Call> packed() {
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < parts.size() && !isOne(); i++) {
      if (values.get(i).isEmpty()) {
        continue;
      }
      Source to =
          calls.isEmpty() ? new Source.Write(whole.place()) : new Source.Update(whole.place());
      int at = Math.toIntExact(parts.get(i).offset());
      calls.add(copy(i, "Output", new Source.Read(values.get(i).place()), to, 0, at));
    }
    if (calls.isEmpty() && !isOne()) {
      String name = parts.getFirst().name();
      Source to = new Source.Write(whole.place());
      calls.add(copy(name, "Output", new Source.Absent(1), to, 0, 0, 1));
    }
    return calls;
  }

  /// {@return whether there is one part, in a slot that is its own already}
  private boolean isOne() {
    return values.getFirst().equals(whole);
  }

  private Call copy(int part, String what, Source x, Source y, int from, int to) {
    int count = Math.toIntExact(parts.get(part).bytes());
    return copy(parts.get(part).name(), what, x, y, from, to, count);
  }

  private static Call copy(
      String name, String what, Source x, Source y, int from, int to, int count) {
    Kernel kernel = KernelCatalog.byName("copy");
    return new Call(
        name,
        what,
        kernel,
        List.of(x, y),
        new ScalarValues(kernel).ints("from to count", from, to, count));
  }
}
