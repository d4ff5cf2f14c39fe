package opml.ethereum.rlp;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;

/// Writes items.
final class RlpWriter {
  private RlpWriter() {}

  static void write(Rlp item, ByteArrayOutputStream out) {
    switch (item) {
      case Rlp.Bytes(var data) -> {
        byte[] bytes = data.toArray();
        if (bytes.length != 1 || bytes[0] < 0) {
          head(RlpReader.BYTES, bytes.length, out);
        }
        out.writeBytes(bytes);
      }
      case Rlp.Sequence(var items) -> {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        items.forEach(one -> write(one, content));
        head(RlpReader.SEQUENCE, content.size(), out);
        out.writeBytes(content.toByteArray());
      }
    }
  }

  private static void head(int kind, int length, ByteArrayOutputStream out) {
    if (length <= RlpReader.SHORT) {
      out.write(kind + length);
      return;
    }
    byte[] size = BigInteger.valueOf(length).toByteArray();
    int from = size[0] == 0 ? 1 : 0;
    out.write(kind + RlpReader.SHORT + size.length - from);
    out.write(size, from, size.length - from);
  }
}
