package opml.formats.file;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import opml.core.codec.MalformedException;
import opml.core.codec.Printable;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.StoredBytes;
import opml.engine.tensor.Tensor;

/// Where the tensors of a file lie, as somebody else has written it down: nothing of it is believed before it was
/// checked here, all together.
///
/// Tensors may lie in any order, at any alignment, with gaps, and may be empty. Two of them have all of their bytes in
/// common, as tied weights do, or none.
public final class TensorTable {
  private static final int MOST_SHOWN = 100;

  private final ByteSource source;
  private final Map<String, Entry> entries;

  /// One tensor.
  ///
  /// @param name that no other one has
  /// @param dims the innermost last
  /// @param offset of its first byte in the file
  public record Entry(String name, ElementType type, List<Long> dims, long offset, long byteSize) {
    public Entry {
      dims = List.copyOf(dims);
    }

    private long end() {
      return offset + byteSize;
    }

    private boolean isTiedTo(Entry other) {
      return offset == other.offset && byteSize == other.byteSize;
    }

    /// {@return what is wrong with it in itself}
    private Optional<String> fault(ByteSource source) {
      if (offset < 0 || byteSize < 0) {
        return Optional.of(
            "%d bytes from %d on: neither may be negative".formatted(byteSize, offset));
      }
      long needed;
      try {
        needed = type.byteSize(dims);
      } catch (IllegalArgumentException e) {
        return Optional.of(String.valueOf(e.getMessage()));
      }
      if (needed != byteSize) {
        String shape = dims.stream().map(String::valueOf).collect(Collectors.joining("x"));
        return Optional.of(
            "%s %s has %d bytes, but %d are declared"
                .formatted(type.label(), shape.isEmpty() ? "scalar" : shape, needed, byteSize));
      }
      if (offset > source.size() || byteSize > source.size() - offset) {
        return Optional.of(
            "expected %d bytes from %d on, but the file has %d"
                .formatted(byteSize, offset, source.size()));
      }
      return Optional.empty();
    }
  }

  private TensorTable(ByteSource source, Map<String, Entry> entries) {
    this.source = source;
    this.entries = entries;
  }

  /// {@return the table of these tensors}
  ///
  /// @param source in which they lie
  /// @throws MalformedException if two have a name, one does not lie inside, has other bytes than its type and
  ///     dimensions need, or shares some of its bytes with another; it tells all of them
  public static TensorTable of(ByteSource source, List<Entry> entries) {
    return of(source, entries, List.of());
  }

  /// {@return the table of these tensors}
  ///
  /// @param known what the rules of the file's format have against them, a line a tensor
  /// @throws MalformedException as [#of(ByteSource, List)], or if there is a line; it tells all of them
  public static TensorTable of(ByteSource source, List<Entry> entries, List<String> known) {
    List<String> faults = new ArrayList<>();
    known.forEach(line -> faults.add(Printable.escaped(line)));
    Map<String, Entry> named = new LinkedHashMap<>();
    List<Entry> placed = new ArrayList<>();
    for (Entry entry : entries) {
      Entry before = named.putIfAbsent(entry.name(), entry);
      if (before != null) {
        faults.add(line(entry, "the name is taken by the tensor at " + before.offset()));
      }
      Optional<String> fault = entry.fault(source);
      fault.ifPresent(text -> faults.add(line(entry, text)));
      if (fault.isEmpty() && entry.byteSize() > 0) {
        placed.add(entry);
      }
    }
    faults.addAll(overlaps(placed));
    if (!faults.isEmpty()) {
      throw new MalformedException(source.name() + ": " + told(faults));
    }
    return new TensorTable(source, named);
  }

  /// {@return the tensors by name, in their order, whose bytes stay where they are until they are asked for}
  ///
  /// @throws MalformedException if one has more elements or dimensions than a tensor may have here
  public Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    List<String> faults = new ArrayList<>();
    for (Entry entry : entries.values()) {
      try {
        List<Integer> dims = entry.dims().stream().map(Math::toIntExact).toList();
        Tensor tensor = Tensor.stored(entry.type(), new Shape(dims), bytes(entry.name()));
        tensors.put(entry.name(), tensor);
      } catch (ArithmeticException | IllegalArgumentException _) {
        faults.add(
            line(
                entry,
                "dimensions %s; expected at most 2^31 - 1 elements, and %d dimensions"
                    .formatted(entry.dims(), Shape.MAX_RANK)));
      }
    }
    if (!faults.isEmpty()) {
      throw new MalformedException(source.name() + ": " + told(faults));
    }
    return tensors;
  }

  /// {@return the bytes of a tensor, which stay where they are until they are read}
  ///
  /// @throws IllegalArgumentException if no tensor has the name
  public StoredBytes bytes(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return source.part(name, entry.offset(), entry.byteSize());
  }

  /// {@return a line for each tensor that begins before the end of one that begins before it}
  private static List<String> overlaps(List<Entry> placed) {
    List<String> overlaps = new ArrayList<>();
    List<Entry> sorted =
        placed.stream()
            .sorted(Comparator.comparingLong(Entry::offset).thenComparingLong(Entry::byteSize))
            .toList();
    Optional<Entry> furthest = Optional.empty();
    for (int i = 0; i < sorted.size(); i++) {
      Entry entry = sorted.get(i);
      if (i > 0 && entry.isTiedTo(sorted.get(i - 1))) {
        continue;
      }
      furthest
          .filter(other -> entry.offset() < other.end())
          .ifPresent(
              other ->
                  overlaps.add(
                      line(
                          entry,
                          "its %d bytes overlap the %d of %s at %d"
                              .formatted(
                                  entry.byteSize(),
                                  other.byteSize(),
                                  other.name(),
                                  other.offset()))));
      if (furthest.isEmpty() || entry.end() > furthest.get().end()) {
        furthest = Optional.of(entry);
      }
    }
    return overlaps;
  }

  private static String line(Entry entry, String fault) {
    return Printable.escaped("%s at %d: %s".formatted(entry.name(), entry.offset(), fault));
  }

  private static String told(List<String> faults) {
    if (faults.size() == 1) {
      return faults.getFirst();
    }
    List<String> lines = new ArrayList<>(faults.subList(0, Math.min(faults.size(), MOST_SHOWN)));
    if (faults.size() > MOST_SHOWN) {
      lines.add("and %,d more".formatted(faults.size() - MOST_SHOWN));
    }
    return faults.size() + " things are wrong with its tensors:\n  " + String.join("\n  ", lines);
  }
}
