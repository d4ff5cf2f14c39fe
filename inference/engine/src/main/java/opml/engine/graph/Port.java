package opml.engine.graph;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import opml.core.codec.Names;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;

/// The input or the output of a graph: a slot, and what the outside finds in it, which is one or several tensors, each
/// with a name.
///
/// One part is the whole slot. Several are packed into a slot of bytes (`spec/graph.md`): in their order, each at the
/// next multiple of [#ALIGNMENT] bytes. What lies between them is zero when they are packed here, and is never read. A
/// part may have no elements, and so no bytes; a slot has a byte all the same, which nobody reads.
///
/// Where the data decide how much of an output is there, its part has the greatest size that it can have, and another
/// part has the number of places of an axis that are there ([Cut]); who reads the outputs gets so much.
///
/// ```java
/// MemorySegment input = graph.input().pack(Map.of("ids", ids, "mask", mask));
/// Map<String, Tensor> outputs = graph.output().unpack(output);
/// ```
public record Port(int slot, List<Part> parts) {
  /// Where parts begin: at a leaf of the slot's tree, where kernels copy whole words.
  public static final int ALIGNMENT = 32;

  /// How much of a part is there.
  ///
  /// @param axis of which only the first places are there
  /// @param by the part, one int64, that says how many
  public record Cut(int axis, String by) {}

  /// One tensor of a port.
  ///
  /// @param name by which the outside asks for it, unique in its port
  /// @param offset where it begins in the slot, in bytes
  /// @param cut how much of it is there, if the data decide that
  public record Part(String name, ElementType type, Shape shape, long offset, Optional<Cut> cut) {
    /// A part that is there as a whole.
    public Part(String name, ElementType type, Shape shape, long offset) {
      this(name, type, shape, offset, Optional.empty());
    }

    public Part {
      if (offset < 0 || offset % ALIGNMENT != 0) {
        throw new IllegalArgumentException(
            "not a part of a port: %s %s %s at %d".formatted(name, type.label(), shape, offset));
      }
    }

    /// {@return a part at the next place behind others}
    ///
    /// @param before all others, in their order
    public static Part behind(List<Part> before, String name, ElementType type, Shape shape) {
      return behind(before, name, type, shape, Optional.empty());
    }

    /// {@return a part at the next place behind others, of which only so much is there}
    ///
    /// @param before all others, in their order
    public static Part behind(
        List<Part> before, String name, ElementType type, Shape shape, Optional<Cut> cut) {
      long end = before.isEmpty() ? 0 : before.getLast().end();
      return new Part(name, type, shape, (end + ALIGNMENT - 1) & -ALIGNMENT, cut);
    }

    public long bytes() {
      return Tensor.byteSize(type, shape);
    }

    /// {@return the first offset behind it}
    public long end() {
      return offset + bytes();
    }

    /// {@return as people read it: `image u8 1x28x28`}
    @Override
    public String toString() {
      return "%s %s %s".formatted(name, type.label(), shape)
          + cut.map(one -> ", of axis %d as many as %s".formatted(one.axis(), one.by())).orElse("");
    }
  }

  public Port {
    parts = List.copyOf(parts);
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("a port without a part");
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      Part next =
          Part.behind(parts.subList(0, i), part.name(), part.type(), part.shape(), part.cut());
      if (!part.equals(next)) {
        throw new IllegalArgumentException(
            "%s is not at the next place, but at %d".formatted(part, part.offset()));
      }
      if (!names.add(part.name())) {
        throw new IllegalArgumentException("two parts have the name " + part.name());
      }
    }
    List<Part> all = parts;
    for (Part part : all) {
      part.cut().ifPresent(cut -> requireNumber(all, part, cut));
    }
  }

  private static void requireNumber(List<Part> parts, Part part, Cut cut) {
    boolean fits =
        cut.axis() >= 0
            && cut.axis() < part.shape().rank()
            && parts.stream()
                .anyMatch(
                    one ->
                        one.name().equals(cut.by())
                            && one.type() == ElementType.I64
                            && one.shape().count() == 1
                            && one.cut().isEmpty());
    if (!fits) {
      throw new IllegalArgumentException(part + ": there is no such axis or number");
    }
  }

  /// {@return the parts that the outside asks for: all but those that say how much of others is there}
  public List<Part> results() {
    Set<String> numbers = new HashSet<>();
    parts.forEach(part -> part.cut().ifPresent(cut -> numbers.add(cut.by())));
    return parts.stream().filter(part -> !numbers.contains(part.name())).toList();
  }

  /// {@return a port of one part, which is the whole slot}
  public static Port of(String name, int slot, ElementType type, Shape shape) {
    return new Port(slot, List.of(Part.behind(List.of(), name, type, shape)));
  }

  /// {@return the bytes up to the end of the last part; one, if there are none}
  public long bytes() {
    return Math.max(1, parts.getLast().end());
  }

  /// {@return whether the slot is one of bytes, in which the parts lie, and not the only part itself}
  public boolean isPacked() {
    return parts.size() > 1 || parts.getFirst().bytes() == 0;
  }

  boolean fits(Slot held) {
    Part first = parts.getFirst();
    return isPacked()
        ? held.type() == ElementType.U8 && held.bytes() == bytes()
        : held.type() == first.type() && held.shape().count() == first.shape().count();
  }

  /// {@return the bytes of the slot as a tensor: the only part, or the bytes of all parts}
  public Tensor tensor(MemorySegment bytes) {
    Part first = parts.getFirst();
    return isPacked()
        ? new Tensor(ElementType.U8, Shape.of(Math.toIntExact(bytes())), bytes)
        : new Tensor(first.type(), first.shape(), bytes);
  }

  /// {@return the bytes of the slot that has these tensors for its parts}
  ///
  /// @param tensors by the parts' names
  /// @throws IllegalArgumentException if one is missing, has a name that no part has, or another type or shape than its
  ///     part; it tells all of them
  public MemorySegment pack(Map<String, Tensor> tensors) {
    List<String> problems = new ArrayList<>();
    Set<String> unknown = new HashSet<>(tensors.keySet());
    MemorySegment bytes = Tensor.allocate(bytes());
    for (Part part : parts) {
      Tensor tensor = tensors.get(part.name());
      unknown.remove(part.name());
      if (tensor == null) {
        problems.add(part + " is missing");
      } else if (tensor.type() != part.type() || !tensor.shape().equals(part.shape())) {
        problems.add("%s is %s %s".formatted(part, tensor.type().label(), tensor.shape()));
      } else if (problems.isEmpty()) {
        MemorySegment.copy(tensor.data(), 0, bytes, part.offset(), part.bytes());
      }
    }
    unknown.stream()
        .map(String::valueOf)
        .sorted()
        .forEach(name -> problems.add(Names.shown(name) + " is unknown"));
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    return bytes;
  }

  /// {@return the results by their names, in the order of the parts, as much of each as is there: views of these bytes,
  ///     but for those that are cut along an inner axis}
  ///
  /// @param bytes of the slot
  public Map<String, Tensor> unpack(MemorySegment bytes) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Part part : results()) {
      tensors.put(part.name(), tensor(part, bytes));
    }
    return tensors;
  }

  /// {@return as much of a part as is there}
  ///
  /// @param bytes of the slot
  public Tensor tensor(Part part, MemorySegment bytes) {
    Tensor whole = whole(part, bytes);
    if (part.cut().isEmpty()) {
      return whole;
    }
    Cut cut = part.cut().get();
    int axis = cut.axis();
    int most = part.shape().dim(axis);
    Part number =
        parts.stream().filter(one -> one.name().equals(cut.by())).findFirst().orElseThrow();
    // A claim may say anything, and is shown all the same.
    int count = Math.clamp(whole(number, bytes).integer(0), 0, most);
    Shape shape = part.shape().with(axis, count);
    int outer = shape.countOf(0, axis);
    long row = (long) shape.countOf(axis + 1, shape.rank()) * part.type().bytes();
    if (outer <= 1 || count == most) {
      return new Tensor(part.type(), shape, whole.data().asSlice(0, row * outer * count));
    }
    MemorySegment some = Tensor.allocate(row * outer * count);
    for (int i = 0; i < outer; i++) {
      MemorySegment.copy(whole.data(), row * i * most, some, row * i * count, row * count);
    }
    return new Tensor(part.type(), shape, some);
  }

  private static Tensor whole(Part part, MemorySegment bytes) {
    return new Tensor(part.type(), part.shape(), bytes.asSlice(part.offset(), part.bytes()));
  }
}
