package opml.lab.bench.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/// An ONNX model of any size: a row goes through square matrices, one after the other, whose weights lie in one file
/// beside it, as exporters do with models of more than 2 GB.
final class LargeModelFile {
  private static final int FLOAT = 1;
  private static final int EXTERNAL = 1;
  private static final int BLOCK = 1 << 20;
  private static final String WEIGHTS = "model.bin";

  private LargeModelFile() {}

  private interface Body {
    void write(CodedOutputStream out) throws IOException;
  }

  /// {@return the model file}
  static Path write(Path folder, int matrices, int side) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            folder.resolve(WEIGHTS), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      byte[] bytes = new byte[BLOCK];
      MemorySegment block = MemorySegment.ofArray(bytes);
      SplittableRandom random = new SplittableRandom(1);
      float scale = (float) Math.sqrt(3.0 / side);
      long left = 4L * side * side * matrices;
      for (; left > 0; left -= BLOCK) {
        for (int at = 0; at < BLOCK; at += Float.BYTES) {
          float value = scale * (random.nextInt() * 0x1p-31f);
          block.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, value);
        }
        ByteBuffer rest = ByteBuffer.wrap(bytes, 0, (int) Math.min(BLOCK, left));
        while (rest.hasRemaining()) {
          int _ = out.write(rest);
        }
      }
    }
    return Files.write(folder.resolve("model.onnx"), model(matrices, side));
  }

  private static byte[] model(int matrices, int side) {
    return bytes(
        out -> {
          out.writeInt64(1, 8);
          message(out, 7, graph(matrices, side));
          message(out, 8, opset -> opset.writeInt64(2, 13));
        });
  }

  private static Body graph(int matrices, int side) {
    long bytes = 4L * side * side;
    return out -> {
      for (int i = 0; i < matrices; i++) {
        String from = "h" + i;
        String weights = "w" + i;
        String to = "h" + (i + 1);
        message(
            out,
            1,
            node -> {
              node.writeString(1, from);
              node.writeString(1, weights);
              node.writeString(2, to);
              node.writeString(4, "MatMul");
            });
      }
      out.writeString(2, "large");
      for (int i = 0; i < matrices; i++) {
        String weights = "w" + i;
        long offset = bytes * i;
        message(
            out,
            5,
            tensor -> {
              tensor.writeInt64(1, side);
              tensor.writeInt64(1, side);
              tensor.writeInt32(2, FLOAT);
              tensor.writeString(8, weights);
              entry(tensor, "location", WEIGHTS);
              entry(tensor, "offset", Long.toString(offset));
              entry(tensor, "length", Long.toString(bytes));
              tensor.writeInt32(14, EXTERNAL);
            });
      }
      message(out, 11, row("h0", side));
      message(out, 12, row("h" + matrices, side));
    };
  }

  private static void entry(CodedOutputStream out, String key, String value) throws IOException {
    message(
        out,
        13,
        entry -> {
          entry.writeString(1, key);
          entry.writeString(2, value);
        });
  }

  private static Body row(String name, int side) {
    return out -> {
      out.writeString(1, name);
      message(
          out,
          2,
          type ->
              message(
                  type,
                  1,
                  tensor -> {
                    tensor.writeInt32(1, FLOAT);
                    message(
                        tensor,
                        2,
                        shape -> {
                          message(shape, 1, dim -> dim.writeInt64(1, 1));
                          message(shape, 1, dim -> dim.writeInt64(1, side));
                        });
                  }));
    };
  }

  private static void message(CodedOutputStream out, int field, Body body) throws IOException {
    out.writeBytes(field, ByteString.copyFrom(bytes(body)));
  }

  private static byte[] bytes(Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      body.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
