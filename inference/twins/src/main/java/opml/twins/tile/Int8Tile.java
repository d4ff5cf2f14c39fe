package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import opml.twins.x86.Simd;
import org.jspecify.annotations.Nullable;

/// The product of unsigned weights and signed activations, for a few rows and tokens at once: `sum[token][row] =
/// start[row] + start[token] + Σ weight[row][l] · activation[token][l]`, in int32, which wraps. [Int8Gemm] calls it,
/// and packs for it.
///
/// Weights of a panel of [#rows] rows are packed as the int32 that each row starts with, then groups of
/// `TileForm.group` elements: group, row, element. A token's activations are packed as the int32 that it starts with,
/// in [#TOKEN_START_BYTES], then its elements. Both are padded with zeros to a multiple of [#STEP] elements, which add
/// nothing.
public final class Int8Tile {
  /// How many elements of a row one turn of the loop takes.
  public static final int STEP = 8;

  /// Bytes before a token's elements: what it starts with, and room for a vector while it is packed.
  static final int TOKEN_START_BYTES = Simd.ZMM;

  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final TileForm form;
  private final TileCode code;
  private final TileCode packing;
  private final @Nullable Int8Matrices matrices;

  /// @param matrices the same for many tokens, where the processor has such
  Int8Tile(TileForm form, TileCode code, TileCode packing, @Nullable Int8Matrices matrices) {
    this.form = form;
    this.code = code;
    this.packing = packing;
    this.matrices = matrices;
  }

  static int rows(TileForm form) {
    return 2 * form.lanes();
  }

  /// {@return how many rows of weights there always are}
  public int rows() {
    return rows(form);
  }

  /// {@return how many tokens there are at most}
  public int tokens() {
    return form.tokens;
  }

  TileForm form() {
    return form;
  }

  /// {@return what does the same for many tokens, if the processor has such}
  @Nullable Int8Matrices matrices() {
    return matrices;
  }

  /// {@return how many elements of a row a group has}
  int group() {
    return form.group;
  }

  /// {@return bytes of the int32 that the rows of a panel start with}
  long rowStartBytes() {
    return (long) rows() * Integer.BYTES;
  }

  /// {@return bytes of the steps of a panel of weights}
  long weightBytes(long steps) {
    return steps * STEP * rows();
  }

  /// {@return bytes of the steps of a token}
  long activationBytes(long steps) {
    return steps * STEP * form.activationBytes();
  }

  /// {@return how many activations are packed at once}
  int packedAtOnce() {
    return form.vectorBytes / form.activationBytes();
  }

  /// Packs the first activations of a token.
  ///
  /// @param flip what each byte is XORed with to be signed
  /// @param vectors how many times [#packedAtOnce]
  /// @return their sum
  int pack(
      MemorySegment x, long from, byte flip, MemorySegment packed, long packedAt, int vectors) {
    // SAFETY: machine code checks nothing, so all that it reads and writes is checked here.
    Objects.checkFromIndexSize(from, (long) vectors * packedAtOnce(), x.byteSize());
    long bytes = TOKEN_START_BYTES + (long) vectors * form.vectorBytes;
    Objects.checkFromIndexSize(packedAt, bytes, packed.byteSize());
    Places.checkWritable(packed);
    packed.set(I32, packedAt, (flip & 255) * 0x0101_0101);
    packed.set(I32, packedAt + Integer.BYTES, form.isVnni() ? 0x0101_0101 : 0x0001_0001);
    packing.call(x, from, x, 0, 0, packed, packedAt, 0, vectors, 0, 0);
    int sum = 0;
    for (int lane = 0; lane < form.lanes(); lane++) {
      sum += packed.get(I32, packedAt + (long) Integer.BYTES * lane);
    }
    return sum;
  }

  /// Begins or continues the sums of a panel and some tokens.
  ///
  /// @param weightsAt where the panel begins or, to resume, where its next step does
  /// @param activationsAt likewise, for the first token
  /// @param activationStride bytes from there to the next token's
  /// @param sumStride bytes from the sums of one token to those of the next
  /// @param resume whether to add to what stands in `sums`
  /// @throws IndexOutOfBoundsException if a place does not lie in its segment
  void multiply(
      MemorySegment weights,
      long weightsAt,
      MemorySegment activations,
      long activationsAt,
      long activationStride,
      MemorySegment sums,
      long sumsAt,
      long sumStride,
      int steps,
      int tokens,
      boolean resume) {
    if (steps < 1 || tokens < 1 || tokens > tokens()) {
      throw new IllegalArgumentException("no tile of %d steps, %d tokens".formatted(steps, tokens));
    }
    // SAFETY: machine code checks nothing, so all that it reads and writes is checked here.
    long weightBytes = weightBytes(steps) + (resume ? 0 : rowStartBytes());
    long tokenBytes = activationBytes(steps) + (resume ? 0 : TOKEN_START_BYTES);
    Objects.checkFromIndexSize(weightsAt, weightBytes, weights.byteSize());
    Places.check(activations, activationsAt, activationStride, tokenBytes, tokens);
    Places.check(sums, sumsAt, sumStride, rowStartBytes(), tokens);
    Places.checkWritable(sums);
    code.call(
        weights,
        weightsAt,
        activations,
        activationsAt,
        activationStride,
        sums,
        sumsAt,
        sumStride,
        steps,
        tokens,
        resume ? 1 : 0);
  }
}
