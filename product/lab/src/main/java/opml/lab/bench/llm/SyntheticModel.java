package opml.lab.bench.llm;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import opml.core.codec.WholeFile;
import opml.engine.tensor.ElementType;

/// A model of any shape whose weights are random, as large as those of real models are: speed does not depend on what a
/// model has learnt. The same shape, type and seed give the same file.
///
/// Its scores for the end of a text are all 0, so that it does not end what it writes.
public final class SyntheticModel {
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat F32 =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final LlamaShape shape;
  private final ElementType type;
  private final long seed;
  private final GgufOutput out = new GgufOutput();
  private int tensors;

  private SyntheticModel(LlamaShape shape, ElementType type, long seed) {
    this.shape = shape;
    this.type = type;
    this.seed = seed;
  }

  /// Writes a model's file.
  ///
  /// @param type of the matrices: F32, Q4_0, Q8_0, or one with blocks of 256 elements
  public static void write(Path file, LlamaShape shape, ElementType type, long seed)
      throws IOException {
    new SyntheticModel(shape, type, seed).write(file);
  }

  private void write(Path file) throws IOException {
    LlamaKeys.numbers(out, shape);
    out.whole("general.quantization_version", 2);
    List<String> pieces =
        IntStream.range(0, shape.vocabulary()).mapToObj(LlamaKeys::piece).toList();
    LlamaKeys.vocabulary(out, pieces, scores());
    matrix("token_embd", shape.vocabulary(), shape.width());
    for (int i = 0; i < shape.layers(); i++) {
      String layer = "blk.%d.".formatted(i);
      ones(layer + "attn_norm");
      matrix(layer + "attn_q", shape.width(), shape.width());
      matrix(layer + "attn_k", shape.keys(), shape.width());
      matrix(layer + "attn_v", shape.keys(), shape.width());
      matrix(layer + "attn_output", shape.width(), shape.width());
      ones(layer + "ffn_norm");
      matrix(layer + "ffn_gate", shape.feedForward(), shape.width());
      matrix(layer + "ffn_up", shape.feedForward(), shape.width());
      matrix(layer + "ffn_down", shape.width(), shape.feedForward());
    }
    ones("output_norm");
    matrix("output", shape.vocabulary(), shape.width());
    out.write(file);
  }

  /// {@return scores by which earlier pieces are joined first}
  private List<Float> scores() {
    List<Float> scores = new ArrayList<>(Collections.nCopies(LlamaKeys.FIRST_PIECE, 0f));
    while (scores.size() < shape.vocabulary()) {
      scores.add((float) -(scores.size() - LlamaKeys.FIRST_PIECE));
    }
    return scores;
  }

  private void ones(String name) {
    out.tensor(
        name + ".weight",
        ElementType.F32,
        List.of(shape.width()),
        data -> {
          byte[] bytes = new byte[Float.BYTES * shape.width()];
          for (int i = 0; i < shape.width(); i++) {
            MemorySegment.ofArray(bytes).set(F32, (long) Float.BYTES * i, 1);
          }
          data.write(bytes);
        });
  }

  private void matrix(String name, int rows, int columns) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + tensors++);
    int silent = name.equals("output") ? LlamaKeys.END : -1;
    WholeFile.Content data = to -> matrix(to, random, rows, columns, silent);
    out.tensor(name + ".weight", type, List.of(rows, columns), data);
  }

  private void matrix(OutputStream to, SplittableRandom random, int rows, int columns, int silent)
      throws IOException {
    byte[] row = new byte[Math.toIntExact(type.byteSize(List.of(columns)))];
    MemorySegment bytes = MemorySegment.ofArray(row);
    double deviation = 1 / Math.sqrt(columns);
    for (int i = 0; i < rows; i++) {
      if (i == silent) {
        to.write(new byte[row.length]);
      } else {
        fill(bytes, random, deviation);
        to.write(row);
      }
    }
  }

  /// Fills blocks with bits of chance, and gives each the scale by which its elements deviate as they should.
  private void fill(MemorySegment row, SplittableRandom random, double deviation) {
    if (type == ElementType.F32) {
      for (long at = 0; at < row.byteSize(); at += Float.BYTES) {
        // Evenly from -1 to 1 is a deviation of 1/√3.
        row.set(F32, at, (float) (Math.sqrt(3) * deviation * random.nextInt() * 0x1p-31));
      }
      return;
    }
    long at = 0;
    for (; at + Long.BYTES <= row.byteSize(); at += Long.BYTES) {
      long bits = random.nextLong();
      row.set(I64, at, type == ElementType.Q4_0 ? even(bits) : bits);
    }
    for (; at < row.byteSize(); at++) {
      row.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt());
    }
    for (long block = 0; block < row.byteSize(); block += type.blockBytes()) {
      double scale = deviation * (0.8 + 0.4 * random.nextDouble());
      switch (type) {
        case Q8_0 -> half(row, block, scale / 73.9);
        case Q4_0 -> half(row, block, scale / 4.18);
        case Q4_K -> {
          // The least of a sub-block takes away as much as its elements are on average.
          half(row, block, scale / 258);
          half(row, block + Short.BYTES, 7.5 * scale / 258);
        }
        // Of the others, elements need not deviate just so: by their greatest values, they are
        // small enough.
        case Q2_K -> {
          half(row, block + 80, scale / 20);
          half(row, block + 82, 1.5 * scale / 20); // so that they are 0 on average
        }
        case Q3_K -> half(row, block + 108, scale / 40);
        case Q5_K -> {
          half(row, block, scale / 500);
          half(row, block + Short.BYTES, 15 * scale / 500);
        }
        case Q6_K -> half(row, block + 208, scale / 2000);
        case IQ2_XXS -> half(row, block, scale / 50);
        case IQ4_XS -> half(row, block, scale / 1000);
        default -> throw new IllegalStateException("no random blocks of " + type.label());
      }
    }
  }

  /// Has nibbles of 0, which are -8, be 0: so they are 0 on average. Otherwise, all of a token's elements would go
  /// one way, and its attention to the smallest numbers there are, on which processors take hundreds of cycles.
  private static long even(long nibbles) {
    long any = nibbles | nibbles >>> 1 | nibbles >>> 2 | nibbles >>> 3;
    return nibbles | (~any & 0x1111_1111_1111_1111L) << 3;
  }

  private static void half(MemorySegment row, long at, double value) {
    row.set(I16, at, Float.floatToFloat16((float) value));
  }
}
