package opml.kernels.transformer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static opml.kernels.operators.Tensors.assertBits;
import static opml.kernels.operators.Tensors.memory;
import static opml.kernels.operators.Tensors.run;
import static opml.kernels.operators.Tensors.segments;
import static opml.kernels.operators.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.operators.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class EmbeddingTest {
  private final long seed = System.nanoTime();
  private final SplittableRandom random = new SplittableRandom(seed);

  /// What llama.cpp makes of a block.
  @SuppressWarnings("ArrayRecordComponent") // read only
  record Vector(Ggml format, byte[] block, float[] weights) {
    @Override
    public String toString() {
      return format + " " + HexFormat.of().formatHex(block);
    }
  }

  static List<Vector> vectors() throws IOException {
    try (InputStream in = EmbeddingTest.class.getResourceAsStream("dequantised.txt")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(EmbeddingTest::vector)
          .toList();
    }
  }

  private static Vector vector(String line) {
    int first = line.indexOf(' ');
    int second = line.indexOf(' ', first + 1);
    Ggml format = Ggml.valueOf(line.substring(0, first).toUpperCase(Locale.ROOT));
    byte[] block = HexFormat.of().parseHex(line.substring(first + 1, second));
    float[] weights = new float[format.size];
    for (int i = 0; i < weights.length; i++) {
      int at = second + 1 + 8 * i;
      weights[i] = Float.intBitsToFloat(HexFormat.fromHexDigits(line, at, at + 8));
    }
    return new Vector(format, block, weights);
  }

  private static float[] floats(MemorySegment y) {
    return y.toArray(ValueLayout.JAVA_FLOAT);
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void weightsAreThoseOfLlamaCpp(Vector vector) {
    MemorySegment y = memory(4L * vector.format.size);
    MemorySegment[] segments = segments(tensor(1), tensor(0), tensor(vector.block), y);
    run("embed." + vector.format.kernel(), segments, 0, 0, 1, 0, 0, 1, vector.format.size);
    // A zero's sign may differ: llama.cpp multiplies by the scales one after the other.
    float[] positive = floats(y);
    for (int i = 0; i < positive.length; i++) {
      assertThat(positive[i] + 0f).as("weight %d", i).isEqualTo(vector.weights[i] + 0f);
    }
  }

  /// The digest is that of the table in llama.cpp's library.
  @Test
  void theGridOfIq2xxsIsLlamaCpps() throws NoSuchAlgorithmException {
    ByteBuffer bytes = ByteBuffer.allocate(8 * 256).order(ByteOrder.LITTLE_ENDIAN);
    for (long magnitudes : LinearTables.GRID) {
      bytes.putLong(magnitudes);
    }
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes.array());
    assertThat(HexFormat.of().formatHex(digest))
        .isEqualTo("05826b5d3e472a3a78f196be62ac78acf81df0f909626e12ab9fa2a5d490dd54");
  }

  @ParameterizedTest
  @EnumSource
  void weightsAreRoundedOnceAndRowsOfOtherTokensStay(Ggml format) {
    for (int trial = 0; trial < 60; trial++) {
      int width = format.size * random.nextInt(3);
      int count = random.nextInt(4);
      byte[] w = format.random(random, count * width / format.size);
      embed(
          format.kernel(),
          w,
          count,
          width,
          (row, i) -> {
            int block = row * width / format.size + i / format.size;
            return (float) format.block(w, block * format.bytes).weight(i % format.size);
          });
    }
  }

  @Test
  void floatsAreTakenAsTheyAreAndHalvesWidened() {
    for (int trial = 0; trial < 100; trial++) {
      int width = random.nextInt(6);
      int count = random.nextInt(4);
      byte[] w = Tensors.randomBytes(random, 4 * width * count);
      ByteBuffer bytes = ByteBuffer.wrap(w).order(ByteOrder.LITTLE_ENDIAN);
      embed("f32", w, count, width, (row, i) -> bytes.getFloat(4 * (row * width + i)));
      embed(
          "f16",
          w,
          count,
          width,
          (row, i) -> Float.float16ToFloat(bytes.getShort(2 * (row * width + i))));
      embed(
          "bf16",
          w,
          count,
          width,
          (row, i) -> Float.intBitsToFloat(bytes.getShort(2 * (row * width + i)) << 16));
    }
  }

  @FunctionalInterface
  private interface Table {
    float at(int row, int i);
  }

  /// Runs a kernel on random tokens, and asks for the table's rows where they are, and what was there elsewhere.
  private void embed(String format, byte[] w, int count, int width, Table table) {
    int first = random.nextInt(3);
    int rows = 1 + random.nextInt(4);
    int tokens = random.nextInt(rows + 1);
    int at = random.nextInt(3);
    int from = random.nextInt(3);
    int[] ids = new int[first + rows];
    for (int i = 0; i < ids.length; i++) {
      ids[i] =
          switch (random.nextInt(8)) {
            case 0 -> Integer.MIN_VALUE + random.nextInt(3);
            case 1 -> Integer.MAX_VALUE - random.nextInt(3);
            default -> random.nextInt(-1, from + count + 2);
          };
    }
    float[] expected = Tensors.random(random, (at + rows + 1) * width);
    MemorySegment y = tensor(expected);
    for (int i = 0; i < tokens; i++) {
      long row = (long) ids[first + i] - from;
      for (int j = 0; row >= 0 && row < count && j < width; j++) {
        expected[(at + i) * width + j] = table.at((int) row, j);
      }
    }
    MemorySegment[] segments = segments(tensor(9, first + tokens), tensor(ids), tensor(w), y);
    run("embed." + format, segments, 1, first, rows, at, from, count, width);
    assertBits(y, expected, format + " for tokens " + Arrays.toString(ids) + ", seed " + seed);
  }

  @ParameterizedTest
  @EnumSource
  void piecesOfATableMakeTheWhole(Ggml format) {
    byte[] w = format.random(random, 5);
    int[] ids = random.ints(20, 0, 5).toArray();
    MemorySegment tokens = tensor(ids);
    MemorySegment whole = memory(4L * 20 * format.size);
    String kernel = "embed." + format.kernel();
    run(kernel, segments(tensor(20), tokens, tensor(w), whole), 0, 0, 20, 0, 0, 5, format.size);
    MemorySegment pieces = memory(4L * 20 * format.size);
    for (int[] piece : new int[][] {{0, 2}, {2, 1}, {3, 2}}) {
      int from = piece[0];
      int to = from + piece[1];
      byte[] part = Arrays.copyOfRange(w, from * format.bytes, to * format.bytes);
      for (int first = 0; first < 20; first += 10) {
        run(
            kernel,
            segments(tensor(20), tokens, tensor(part), pieces),
            0,
            first,
            10,
            first,
            from,
            piece[1],
            format.size);
      }
    }
    assertThat(pieces.mismatch(whole)).as("seed %d", seed).isEqualTo(-1);
  }

  @Test
  void aCallTellsThatItChangesTheRowsOfItsTile() {
    List<String> ranges = new ArrayList<>();
    KernelCatalog.byName("embed.q6k")
        .changes()
        .orElseThrow()
        .of(
            segments(memory(0), memory(0), memory(0), memory(0)),
            new long[] {0, 2, 3, 5, 0, 100, 256},
            (segment, from, bytes) -> ranges.add(segment + ": " + from + ", " + bytes));
    assertThat(ranges).containsExactly("3: 5120, 3072");
  }
}
