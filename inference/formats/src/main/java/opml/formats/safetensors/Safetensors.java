package opml.formats.safetensors;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import opml.core.codec.MalformedException;
import opml.core.codec.Names;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Tensor;
import opml.formats.file.ByteSource;
import opml.formats.file.FileBytes;
import opml.formats.file.TensorTable;
import opml.formats.json.JsonValue;

/// Reads the tables of safetensors files, and none of the tensors' bytes.
public final class Safetensors {
  private static final ValueLayout.OfLong U64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// The most bytes of a table, some ten times what models have.
  private static final int MOST_HEAD = 1 << 24;

  private static final String METADATA = "__metadata__";

  private static final Map<String, ElementType> TYPES =
      Map.ofEntries(
          Map.entry("BOOL", ElementType.BOOL),
          Map.entry("U8", ElementType.U8),
          Map.entry("I8", ElementType.I8),
          Map.entry("U16", ElementType.U16),
          Map.entry("I16", ElementType.I16),
          Map.entry("F16", ElementType.F16),
          Map.entry("BF16", ElementType.BF16),
          Map.entry("U32", ElementType.U32),
          Map.entry("I32", ElementType.I32),
          Map.entry("F32", ElementType.F32),
          Map.entry("U64", ElementType.U64),
          Map.entry("I64", ElementType.I64),
          Map.entry("F64", ElementType.F64));

  private Safetensors() {}

  /// {@return the tensors of one file by name}
  ///
  /// @throws MalformedException if its table is none, or is wrong; it tells everything that is
  /// @throws IOException if it cannot be read
  public static Map<String, Tensor> read(Path file) throws IOException {
    try (FileBytes source = FileBytes.of(file.toString(), file)) {
      return read(source);
    }
  }

  /// {@return the tensors of all files that an index names}
  ///
  /// @param index such as `model.safetensors.index.json`
  /// @throws MalformedException if a tensor is not in the file that the index says, or an index or file is wrong
  /// @throws IOException if a file cannot be read
  public static Map<String, Tensor> readIndex(Path index) throws IOException {
    JsonValue json = JsonValue.read(index);
    Map<String, List<String>> byFile = new TreeMap<>();
    for (Map.Entry<String, JsonValue> entry : json.get("weight_map").entries().entrySet()) {
      String file = entry.getValue().text();
      if (!file.matches("[\\w.-]+\\.safetensors")) {
        throw entry
            .getValue()
            .malformed(
                "expected the name of a safetensors file beside it, found " + Names.shown(file));
      }
      byFile.computeIfAbsent(file, _ -> new ArrayList<>()).add(entry.getKey());
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, List<String>> entry : byFile.entrySet()) {
      Map<String, Tensor> found = read(index.resolveSibling(entry.getKey()));
      for (String name : entry.getValue()) {
        Tensor tensor = found.get(name);
        if (tensor == null) {
          throw new MalformedException(
              "%s: no tensor %s, which %s says is there"
                  .formatted(entry.getKey(), Names.shown(name), index));
        }
        tensors.put(name, tensor);
      }
    }
    return tensors;
  }

  static Map<String, Tensor> read(ByteSource source) throws IOException {
    String name = source.name();
    if (source.size() < Long.BYTES) {
      throw new MalformedException(name + ": not a safetensors file");
    }
    byte[] length = new byte[Long.BYTES];
    source.read(0, MemorySegment.ofArray(length));
    long size = MemorySegment.ofArray(length).get(U64, 0);
    if (size < 0 || size > Math.min(MOST_HEAD, source.size() - Long.BYTES)) {
      throw new MalformedException(
          "%s: expected a table of at most %,d bytes that the file has, found one of %s"
              .formatted(name, MOST_HEAD, Long.toUnsignedString(size)));
    }
    byte[] head = new byte[(int) size];
    source.read(Long.BYTES, MemorySegment.ofArray(head));
    List<TensorTable.Entry> entries = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    for (Map.Entry<String, JsonValue> row : JsonValue.of(name, head).entries().entrySet()) {
      if (!row.getKey().equals(METADATA)) {
        entry(row.getKey(), row.getValue(), Long.BYTES + size, faults).ifPresent(entries::add);
      }
    }
    return TensorTable.of(source, entries, faults).tensors();
  }

  private static Optional<TensorTable.Entry> entry(
      String name, JsonValue row, long dataStart, List<String> faults) {
    String code = row.get("dtype").text();
    ElementType type = TYPES.get(code);
    List<Long> dims = row.get("shape").list().stream().map(JsonValue::whole).toList();
    List<JsonValue> offsets = row.get("data_offsets").list();
    if (offsets.size() != 2) {
      throw row.malformed("expected two data_offsets, found " + offsets.size());
    }
    long begin = offsets.getFirst().whole();
    long end = offsets.getLast().whole();
    if (type == null) {
      faults.add("%s: type %s is not among those that we have".formatted(name, Names.shown(code)));
      return Optional.empty();
    }
    if (begin < 0 || end < begin || begin > Long.MAX_VALUE - dataStart) {
      faults.add("%s: bytes %d to %d: not a part of the data".formatted(name, begin, end));
      return Optional.empty();
    }
    return Optional.of(new TensorTable.Entry(name, type, dims, dataStart + begin, end - begin));
  }
}
