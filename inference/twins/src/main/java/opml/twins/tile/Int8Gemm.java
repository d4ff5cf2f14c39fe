package opml.twins.tile;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// A product of quantised tensors by the machine tile: for rows of constant weights and any number of tokens,
/// `sum[token][row] = bias[row] + Σ (x[token][l] - xZero) · (w[row][l] - wZero)`, exact in int32, which wraps.
///
/// The tile multiplies unsigned weights by signed activations. So bytes that are read the other way are moved by 128
/// (their highest bit changes), and their zero point with them. With x', w' and zero points xz', wz' after that,
///
/// ```
/// Σ (x' - xz') · (w' - wz') = Σ x'·w'  -  xz' · Σ w'  +  wz' · (k · xz' - Σ x')
/// ```
///
/// of which the second term belongs to the row and the third to the token: the sums start with them, and with the bias.
/// All of it is exact modulo 2^32, so the result is, whatever the zero points are.
///
/// A caller cuts tokens into blocks of at most [#blockTokens], packs one block into scratch memory, and multiplies it by
/// each panel that it wants:
///
/// ```java
/// Int8Gemm gemm = Int8Gemm.pack(tile, b, 1, n, n, k, new Bytes(bUnsigned, bZero), new Bytes(aUnsigned, aZero), bias);
/// gemm.packTokens(a, (long) i * k, k, count, scratch, 0);
/// gemm.multiply(panel, scratch, 0, count, sums, 0); // sums: count times gemm.panelRows() int32
/// ```
///
/// Rows of the last panel that are not there, and padding of k, hold zeros and are multiplied along. Many threads may
/// use one object at the same time, each with scratch memory and sums of its own. Nothing is allocated per call.
public final class Int8Gemm {
  /// What packed tokens may take: so that they stay in the second-level cache beside a panel of weights.
  private static final long BLOCK_BYTES = 192 << 10;

  /// Steps after which the panel of weights in use would leave the first-level cache.
  private static final int CHUNK_STEPS = 128;

  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final long SIGNS = 0x8080_8080_8080_8080L;

  private final Int8Tile tile;
  private final int rows;
  private final int k;
  private final int steps;
  private final long flip; // what makes activations signed
  private final int tokenZero; // xz'
  private final int rowZero; // wz'
  private final MemorySegment packed;

  /// How the bytes of a tensor are read.
  public record Bytes(boolean unsigned, int zero) {}

  private Int8Gemm(Int8Tile tile, int rows, int k, Bytes weightBytes, Bytes tokenBytes) {
    this.tile = tile;
    this.rows = rows;
    this.k = k;
    this.steps = Math.max(1, Math.ceilDiv(k, Int8Tile.STEP)); // a tile turns at least once
    this.flip = tokenBytes.unsigned() ? SIGNS : 0;
    this.tokenZero = tokenBytes.zero() - (tokenBytes.unsigned() ? 128 : 0);
    this.rowZero = weightBytes.zero() + (weightBytes.unsigned() ? 0 : 128);
    this.packed = Arena.ofAuto().allocate(panels() * panelBytes(), 64);
  }

  /// Packs weights; element l of row j is at `j · rowStride + l · stride`.
  ///
  /// @param rows how many rows of weights, which are outputs of a token
  /// @param k elements of a row
  /// @param weightBytes how the weights are read
  /// @param tokenBytes how the activations will be
  /// @param bias one int32 for each row
  public static Int8Gemm pack(
      Int8Tile tile,
      MemorySegment weights,
      long rowStride,
      long stride,
      int rows,
      int k,
      Bytes weightBytes,
      Bytes tokenBytes,
      MemorySegment bias) {
    if (rows < 0 || k < 0) {
      throw new IllegalArgumentException("no matrix has " + rows + " rows of " + k);
    }
    Int8Gemm gemm = new Int8Gemm(tile, rows, k, weightBytes, tokenBytes);
    int flip = weightBytes.unsigned() ? 0 : 0x80;
    for (int row = 0; row < rows; row++) {
      gemm.packRow(weights, row * rowStride, stride, row, flip, bias.get(I32, 4L * row));
    }
    return gemm;
  }

  private void packRow(MemorySegment weights, long from, long stride, int row, int flip, int bias) {
    int group = tile.group();
    long panel = row / tile.rows() * panelBytes();
    int inPanel = row % tile.rows();
    long to = panel + tile.rowStartBytes() + (long) inPanel * group;
    int sum = 0;
    for (int l = 0; l < k; l++) {
      int weight = (weights.get(ValueLayout.JAVA_BYTE, from + l * stride) ^ flip) & 255;
      sum += weight;
      long at = to + (long) (l / group) * group * tile.rows() + l % group;
      packed.set(ValueLayout.JAVA_BYTE, at, (byte) weight);
    }
    packed.set(I32, panel + (long) Integer.BYTES * inPanel, bias - tokenZero * sum);
  }

  /// {@return how many rows a panel has}
  public int panelRows() {
    return tile.rows();
  }

  /// {@return how many panels there are; the last may have fewer rows that count}
  public int panels() {
    return Math.ceilDiv(rows, tile.rows());
  }

  private long panelBytes() {
    return tile.rowStartBytes() + tile.weightBytes(steps);
  }

  /// {@return how many tokens should at most be packed at once: a multiple of what a tile takes}
  public int blockTokens() {
    long fit = BLOCK_BYTES / (tile.activationBytes(steps, 1) + tile.tokenStartBytes(1));
    return (int) Math.max(1, fit / tile.tokens()) * tile.tokens();
  }

  /// {@return the scratch memory that packed tokens take}
  public long packedBytes(int tokens) {
    return tokens * (tile.tokenStartBytes(1) + tile.activationBytes(steps, 1));
  }

  /// {@return the memory that the sums of some tokens and a panel take}
  public long sumBytes(int tokens) {
    return tokens * tile.rowStartBytes();
  }

  /// Packs activations, tile by tile.
  ///
  /// @param x k bytes for each token, at `from`, then every `tokenStride` bytes
  /// @param scratch of [#packedBytes] at `scratchAt`
  public void packTokens(
      MemorySegment x,
      long from,
      long tokenStride,
      int tokens,
      MemorySegment scratch,
      long scratchAt) {
    for (int first = 0; first < tokens; first += tile.tokens()) {
      int count = Math.min(tile.tokens(), tokens - first);
      long at = scratchAt + packedBytes(first);
      for (int token = 0; token < count; token++) {
        packToken(x, from + (first + token) * tokenStride, token, count, scratch, at);
      }
    }
  }

  private void packToken(
      MemorySegment x, long from, int token, int tokens, MemorySegment scratch, long tileAt) {
    long to = tileAt + tile.tokenStartBytes(tokens) + (long) Integer.BYTES * token;
    int whole = k & -Int8Tile.STEP;
    int sum =
        tile.group() == 4
            ? bytesOf(x, from, whole, scratch, to, Integer.BYTES * tokens)
            : halvesOf(x, from, whole, scratch, to, Integer.BYTES * tokens);
    if (whole < steps * Int8Tile.STEP) { // the last step has fewer elements, or none if k is 0
      long last = 0;
      for (int i = 0; i < k - whole; i++) {
        byte signed = (byte) (x.get(ValueLayout.JAVA_BYTE, from + whole + i) ^ flip);
        last |= (signed & 0xFFL) << (Byte.SIZE * i);
      }
      sum += sum(last);
      long at = to + (long) whole * tile.activationBytes() * tokens;
      if (tile.group() == 4) {
        putBytes(last, scratch, at, Integer.BYTES * tokens);
      } else {
        putHalves(last, scratch, at, Integer.BYTES * tokens);
      }
    }
    scratch.set(I32, tileAt + (long) Integer.BYTES * token, rowZero * (k * tokenZero - sum));
  }

  /// Groups of four bytes, from eight bytes at a time; returns the sum.
  private int bytesOf(
      MemorySegment x, long from, int count, MemorySegment scratch, long to, int stride) {
    int sum = 0;
    for (int i = 0; i < count; i += Int8Tile.STEP) {
      long eight = x.get(I64, from + i) ^ flip;
      sum += sum(eight);
      putBytes(eight, scratch, to, stride);
      to += 2L * stride;
    }
    return sum;
  }

  /// Groups of two bytes, each as 16 bits, from eight bytes at a time; returns the sum.
  private int halvesOf(
      MemorySegment x, long from, int count, MemorySegment scratch, long to, int stride) {
    int sum = 0;
    for (int i = 0; i < count; i += Int8Tile.STEP) {
      long eight = x.get(I64, from + i) ^ flip;
      sum += sum(eight);
      putHalves(eight, scratch, to, stride);
      to += 4L * stride;
    }
    return sum;
  }

  private static void putBytes(long eight, MemorySegment scratch, long to, int stride) {
    scratch.set(I32, to, (int) eight);
    scratch.set(I32, to + stride, (int) (eight >>> 32));
  }

  private static void putHalves(long eight, MemorySegment scratch, long to, int stride) {
    scratch.set(I32, to, halves((int) eight));
    scratch.set(I32, to + stride, halves((int) eight >> 16));
    scratch.set(I32, to + 2L * stride, halves((int) (eight >>> 32)));
    scratch.set(I32, to + 3L * stride, halves((int) (eight >>> 48)));
  }

  /// {@return two signed bytes as two signed 16-bit numbers}
  private static int halves(int pair) {
    return (byte) pair & 0xFFFF | (byte) (pair >> 8) << 16;
  }

  /// {@return the sum of eight signed bytes} Plus 128 they are unsigned, so that neighbours add within 16 bits; the
  /// product gathers the four sums in the highest 16.
  private static int sum(long eight) {
    long unsigned = eight ^ SIGNS;
    long pairs = (unsigned & 0x00FF_00FF_00FF_00FFL) + (unsigned >>> 8 & 0x00FF_00FF_00FF_00FFL);
    return (int) (pairs * 0x0001_0001_0001_0001L >>> 48) - 8 * 128;
  }

  /// Multiplies packed tokens by a panel: `sums[token][row]`, [#panelRows] int32 for each token.
  ///
  /// @param sums of [#sumBytes] at `sumsAt`, which are overwritten
  public void multiply(
      int panel,
      MemorySegment scratch,
      long scratchAt,
      int tokens,
      MemorySegment sums,
      long sumsAt) {
    Objects.checkIndex(panel, panels());
    long stride = tile.rowStartBytes();
    for (int step = 0; step < steps; step += CHUNK_STEPS) {
      int count = Math.min(CHUNK_STEPS, steps - step);
      boolean resume = step > 0;
      long weightsAt =
          panel * panelBytes() + (resume ? tile.rowStartBytes() + tile.weightBytes(step) : 0);
      for (int first = 0; first < tokens; first += tile.tokens()) {
        int some = Math.min(tile.tokens(), tokens - first);
        long tokensAt =
            scratchAt
                + packedBytes(first)
                + (resume ? tile.tokenStartBytes(some) + tile.activationBytes(step, some) : 0);
        tile.multiply(
            packed,
            weightsAt,
            scratch,
            tokensAt,
            sums,
            sumsAt + first * stride,
            count,
            some,
            stride,
            resume);
      }
    }
  }
}
