package opml.formats.onnx.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;

/// A model of any size: a row of `side` floats goes through square matrices, one after the other, which lie in one file
/// beside the model. 200 of side 2304 are 4.2 GB.
public final class LargeModel {
  private static final int BLOCK = 1 << 20;
  private static final ValueLayout.OfInt BITS =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private LargeModel() {}

  /// Writes the model, and weights that make no result overflow.
  ///
  /// @return the model file; `model.bin` is beside it
  public static Path write(Path folder, int matrices, int side) throws IOException {
    Path file = writeHollow(folder, matrices, side);
    byte[] bytes = new byte[BLOCK];
    MemorySegment block = MemorySegment.ofArray(bytes);
    SplittableRandom random = new SplittableRandom(1);
    // a sum of `side` products of about this size is about as large as one of its terms
    float scale = (float) Math.sqrt(3.0 / side);
    try (FileChannel out =
        FileChannel.open(folder.resolve("model.bin"), StandardOpenOption.WRITE)) {
      for (long at = 0; at < out.size(); at += BLOCK) {
        for (int i = 0; i < BLOCK; i += 8) {
          long two = random.nextLong();
          block.set(BITS, i, Float.floatToIntBits(scale * ((int) two * 0x1p-31f)));
          block.set(BITS, i + 4, Float.floatToIntBits(scale * ((int) (two >> 32) * 0x1p-31f)));
        }
        int count = (int) Math.min(BLOCK, out.size() - at);
        out.write(ByteBuffer.wrap(bytes, 0, count), at);
      }
    }
    return file;
  }

  /// Writes the model, and holes for the weights, which read as zeros and take no room on a disk.
  static Path writeHollow(Path folder, int matrices, int side) throws IOException {
    long bytes = 4L * side * side;
    RawMessage graph = new RawMessage().with(2, "large");
    graph
        .with(11, RawModels.value("h0", 1, side))
        .with(12, RawModels.value("h" + matrices, 1, side));
    for (int i = 0; i < matrices; i++) {
      graph.with(
          1,
          new RawMessage()
              .with(1, "h" + i)
              .with(1, "w" + i)
              .with(2, "h" + (i + 1))
              .with(4, "MatMul"));
      graph.with(
          5,
          RawModels.external(
                  "w" + i,
                  OnnxType.FLOAT.code(),
                  RawModels.entry("location", "model.bin"),
                  side,
                  side)
              .with(13, RawModels.entry("offset", Long.toString(bytes * i)))
              .with(13, RawModels.entry("length", Long.toString(bytes))));
    }
    return written(folder, graph, bytes * matrices);
  }

  /// Writes a model of one product, a row of `k` floats times a matrix of holes.
  ///
  /// @param areRows whether the matrix has a row for each output, else a column
  public static Path writeHollowProduct(Path folder, int k, int outputs, boolean areRows)
      throws IOException {
    RawMessage transposed = new RawMessage().with(1, "transB").with(3, areRows ? 1 : 0).with(20, 2);
    RawMessage node =
        new RawMessage().with(1, "x").with(1, "w").with(2, "y").with(4, "Gemm").with(5, transposed);
    RawMessage weight =
        RawModels.external(
            "w",
            OnnxType.FLOAT.code(),
            RawModels.entry("location", "model.bin"),
            areRows ? outputs : k,
            areRows ? k : outputs);
    RawMessage graph =
        new RawMessage()
            .with(1, node)
            .with(5, weight)
            .with(11, RawModels.value("x", 1, k))
            .with(12, RawModels.value("y", 1, outputs));
    return written(folder, graph, 4L * k * outputs);
  }

  private static Path written(Path folder, RawMessage graph, long bytes) throws IOException {
    Path weights = folder.resolve("model.bin");
    Files.deleteIfExists(weights);
    try (FileChannel out =
        FileChannel.open(
            weights,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      out.write(ByteBuffer.wrap(new byte[1]), bytes - 1);
    }
    return Files.write(folder.resolve("model.onnx"), RawModels.model(graph));
  }
}
