package opml.formats.onnx.file;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// Writes protobuf messages field by field, also those that our writer never writes.
public final class RawMessage {
  private interface Part {
    void write(CodedOutputStream out) throws IOException;
  }

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /// Adds a number.
  public RawMessage with(int field, long value) {
    return add(out -> out.writeInt64(field, value));
  }

  public RawMessage with(int field, String text) {
    return with(field, text.getBytes(StandardCharsets.UTF_8));
  }

  public RawMessage with(int field, byte[] content) {
    return add(out -> out.writeByteArray(field, content));
  }

  public RawMessage with(int field, RawMessage message) {
    return with(field, message.toBytes());
  }

  /// Adds four bytes.
  public RawMessage withFloat(int field, float value) {
    return add(out -> out.writeFloat(field, value));
  }

  /// Adds numbers without tags.
  public RawMessage withPacked(int field, long... values) {
    RawMessage packed = new RawMessage();
    for (long value : values) {
      packed.add(out -> out.writeInt64NoTag(value));
    }
    return with(field, packed);
  }

  /// Announces `length` bytes that the caller writes elsewhere.
  public RawMessage withHead(int field, long length) {
    return add(
        out -> {
          out.writeTag(field, 2);
          out.writeUInt64NoTag(length);
        });
  }

  public byte[] toBytes() {
    return bytes.toByteArray();
  }

  private RawMessage add(Part part) {
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      part.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return this;
  }
}
