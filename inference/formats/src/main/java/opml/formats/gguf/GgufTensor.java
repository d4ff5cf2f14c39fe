package opml.formats.gguf;

import java.util.List;
import opml.engine.tensor.ElementType;

/// Where a tensor lies in a GGUF file.
///
/// @param dims its dimensions, the innermost last, which is the other way round than in the file
/// @param offset of its first byte in the file's data, which begins at [GgufFile#dataStart]
public record GgufTensor(String name, List<Long> dims, ElementType type, long offset) {
  /// @throws IllegalArgumentException if no tensor of this type has such dimensions
  public GgufTensor {
    dims = List.copyOf(dims);
    if (offset < 0 || offset > Long.MAX_VALUE - type.byteSize(dims)) {
      throw new IllegalArgumentException("no offset: " + Long.toUnsignedString(offset));
    }
  }

  public long byteSize() {
    return type.byteSize(dims);
  }
}
