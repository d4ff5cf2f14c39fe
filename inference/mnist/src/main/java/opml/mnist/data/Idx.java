package opml.mnist.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import opml.core.codec.ByteReader;
import opml.core.codec.MalformedException;

/// Reads an idx file, the format of the MNIST distribution: a magic word, one big-endian u32 per dimension, then the
/// bytes, row-major. The magic is 0x00000800 (unsigned bytes) plus the number of dimensions.
///
/// Source: "The IDX file format" on the page of the MNIST database, LeCun, Cortes and Burges.
final class Idx {
  private static final int UNSIGNED_BYTES = 0x0800;

  private Idx() {}

  /// {@return the bytes behind the header of `file`, which must hold exactly these dimensions}
  static byte[] read(Path file, int... dimensions) throws IOException {
    return parse(file.toString(), Files.readAllBytes(file), dimensions);
  }

  /// {@return the bytes behind the header}
  /// @throws MalformedException naming `source`, the offset and what was expected there
  static byte[] parse(String source, byte[] bytes, int... dimensions) {
    ByteReader reader = new ByteReader(source, bytes);
    int magic = UNSIGNED_BYTES + dimensions.length;
    long found = reader.u32("magic");
    if (found != magic) {
      throw new MalformedException(
          "%s, offset 0: magic 0x%08x, expected 0x%08x (unsigned bytes, %d dimensions)"
              .formatted(source, found, magic, dimensions.length));
    }
    int size = 1;
    for (int i = 0; i < dimensions.length; i++) {
      int offset = reader.offset();
      long dimension = reader.u32("dimension " + i);
      if (dimension != dimensions[i]) {
        throw new MalformedException(
            "%s, offset %d: dimension %d is %d, expected %d"
                .formatted(source, offset, i, dimension, dimensions[i]));
      }
      size = Math.multiplyExact(size, dimensions[i]);
    }
    byte[] data = reader.bytes("data", size);
    reader.end();
    return data;
  }
}
