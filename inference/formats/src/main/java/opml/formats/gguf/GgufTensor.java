package opml.formats.gguf;

import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.formats.file.TensorTable;

/// A row of a file's table of tensors, of which nothing is believed yet.
///
/// @param dims the innermost last, which is the other way round than in the file
/// @param type absent if we have none of this code
/// @param offset of its first byte in the file's data, unsigned
record GgufTensor(String name, List<Long> dims, Optional<ElementType> type, int code, long offset) {
  GgufTensor {
    dims = List.copyOf(dims);
  }

  /// {@return the row as a table has it, if its type is known}
  ///
  /// @param dataStart where the data begin
  Optional<TensorTable.Entry> entry(long dataStart) {
    return type.map(known -> new TensorTable.Entry(name, known, dims, at(dataStart), size(known)));
  }

  /// {@return where its first byte is in the file; a place that no file has where an offset is beyond all}
  private long at(long dataStart) {
    return offset < 0 || offset > Long.MAX_VALUE - dataStart ? Long.MAX_VALUE : dataStart + offset;
  }

  /// {@return its bytes; of dimensions that no tensor has none, which the table then says}
  private long size(ElementType known) {
    try {
      return known.byteSize(dims);
    } catch (IllegalArgumentException _) {
      return 0;
    }
  }
}
