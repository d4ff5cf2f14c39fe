package opml.engine.graph;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import opml.core.codec.Names;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;

/// The input or the output of a graph: a slot, and what the outside finds in it, which is one or several tensors, each
/// with a name.
///
/// One part is the whole slot. Several are packed into a slot of bytes (`spec/graph.md`): in their order, each at the
/// next multiple of [#ALIGNMENT] bytes. What lies between them is zero when they are packed here, and is never read.
///
/// ```java
/// MemorySegment input = graph.input().pack(Map.of("ids", ids, "mask", mask));
/// Map<String, Tensor> outputs = graph.output().unpack(output);
/// ```
public record Port(int slot, List<Part> parts) {
  /// Where parts begin: at a leaf of the slot's tree, where kernels copy whole words.
  public static final int ALIGNMENT = 32;

  /// One tensor of a port.
  ///
  /// @param name by which the outside asks for it, unique in its port
  /// @param offset where it begins in the slot, in bytes
  public record Part(String name, ElementType type, Shape shape, long offset) {
    public Part {
      if (offset < 0 || offset % ALIGNMENT != 0 || Tensor.byteSize(type, shape) < 1) {
        throw new IllegalArgumentException(
            "not a part of a port: %s %s %s at %d".formatted(name, type.label(), shape, offset));
      }
    }

    /// {@return a part at the next place behind others}
    ///
    /// @param before all others, in their order
    public static Part behind(List<Part> before, String name, ElementType type, Shape shape) {
      long end = before.isEmpty() ? 0 : before.getLast().end();
      return new Part(name, type, shape, (end + ALIGNMENT - 1) & -ALIGNMENT);
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
      return "%s %s %s".formatted(name, type.label(), shape);
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
      if (!part.equals(Part.behind(parts.subList(0, i), part.name(), part.type(), part.shape()))) {
        throw new IllegalArgumentException(
            "%s is not at the next place, but at %d".formatted(part, part.offset()));
      }
      if (!names.add(part.name())) {
        throw new IllegalArgumentException("two parts have the name " + part.name());
      }
    }
  }

  /// {@return a port of one part, which is the whole slot}
  public static Port of(String name, int slot, ElementType type, Shape shape) {
    return new Port(slot, List.of(Part.behind(List.of(), name, type, shape)));
  }

  /// {@return the bytes up to the end of the last part}
  public long bytes() {
    return parts.getLast().end();
  }

  boolean fits(Slot held) {
    Part first = parts.getFirst();
    return parts.size() == 1
        ? held.type() == first.type() && held.shape().count() == first.shape().count()
        : held.type() == ElementType.U8 && held.bytes() == bytes();
  }

  /// {@return the bytes of the slot as a tensor: the only part, or the bytes of all parts}
  public Tensor tensor(MemorySegment bytes) {
    Part first = parts.getFirst();
    return parts.size() == 1
        ? new Tensor(first.type(), first.shape(), bytes)
        : new Tensor(ElementType.U8, Shape.of(Math.toIntExact(bytes())), bytes);
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
    unknown.stream().sorted().forEach(name -> problems.add(Names.shown(name) + " is unknown"));
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    return bytes;
  }

  /// {@return the parts by their names, in their order: views of these bytes}
  ///
  /// @param bytes of the slot
  public Map<String, Tensor> unpack(MemorySegment bytes) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Part part : parts) {
      tensors.put(
          part.name(),
          new Tensor(part.type(), part.shape(), bytes.asSlice(part.offset(), part.bytes())));
    }
    return tensors;
  }
}
