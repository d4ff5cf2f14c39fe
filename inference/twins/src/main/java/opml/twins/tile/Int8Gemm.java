package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import opml.engine.tensor.OutsideMemory;

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
/// [#run] does a range of tokens and panels, block by block, and hands the sums of each to an [Epilogue] while they are
/// in the cache:
///
/// ```java
/// Int8Gemm gemm = Int8Gemm.pack(tile, b, 1, n, n, k, new Bytes(bUnsigned, bZero), new Bytes(aUnsigned, aZero), bias);
/// gemm.run(a, 0, k, 0, m, 0, gemm.panels(), scratch, requantise); // scratch of gemm.scratchBytes()
/// ```
///
/// Whoever has other plans for blocks, such as the windows of a convolution, calls [#packTokens] and [#multiply].
///
/// Rows of the last panel that are not there, and padding of k, hold zeros and are multiplied along. Many threads may
/// use one object at the same time, each with scratch memory and sums of its own. Nothing is allocated per call.
public final class Int8Gemm {
  /// What packed tokens may take: so that they stay in the second-level cache beside a panel of weights.
  private static final long BLOCK_BYTES = 192 << 10;

  /// What a piece of a panel may take: so that it stays in the first-level cache while tokens pass.
  private static final long PIECE_BYTES = 16 << 10;

  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Int8Tile tile;
  private final int rows;
  private final int k;
  private final int steps;
  private final long flip; // what makes activations signed
  private final int tokenZero; // xz'
  private final int rowZero; // wz'
  private final MemorySegment packed;

  /// What becomes of the sums of some tokens and a panel.
  @FunctionalInterface
  public interface Epilogue {
    /// Takes sums: [#panelRows] int32 for each token, of which the first `rows` count.
    ///
    /// @param token the first of `tokens`
    /// @param row the first of `rows`
    void accept(int token, int tokens, int row, int rows, MemorySegment sums, long sumsAt);
  }

  /// How the bytes of a tensor are read.
  public record Bytes(boolean unsigned, int zero) {}

  private Int8Gemm(
      Int8Tile tile, int rows, int k, Bytes weightBytes, Bytes tokenBytes, boolean keeps) {
    this.tile = tile;
    this.rows = rows;
    this.k = k;
    this.steps = Math.max(1, Math.ceilDiv(k, Int8Tile.STEP)); // a tile turns at least once
    this.flip = tokenBytes.unsigned() ? Swar.SIGNS : 0;
    this.tokenZero = tokenBytes.zero() - (tokenBytes.unsigned() ? 128 : 0);
    this.rowZero = weightBytes.zero() + (weightBytes.unsigned() ? 0 : 128);
    this.packed =
        keeps ? OutsideMemory.allocateTogether(panels() * panelBytes()) : MemorySegment.NULL;
  }

  /// {@return products whose panels somebody else packs, call by call, where the zero point of tokens, made signed, is
  /// 0}
  ///
  /// A panel begins with [#panelStartBytes] of zeros; then come, for each four elements of the rows, four bytes of each
  /// row, unsigned; and zeros up to an even number of these.
  ///
  /// @return empty if the tile's groups are others, or the tokens' zero point is
  public static Optional<Int8Gemm> ofPanels(
      Int8Tile tile, int k, Bytes weightBytes, Bytes tokenBytes) {
    Int8Gemm gemm = new Int8Gemm(tile, tile.rows(), k, weightBytes, tokenBytes, false);
    return Optional.of(gemm).filter(_ -> tile.group() == 4 && gemm.tokenZero == 0);
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
    Int8Gemm gemm = new Int8Gemm(tile, rows, k, weightBytes, tokenBytes, true);
    int flip = weightBytes.unsigned() ? 0 : 0x80;
    for (int first = 0; first < rows; first += gemm.panelRows()) {
      int count = Math.min(gemm.panelRows(), rows - first);
      gemm.packPanel(weights, first, count, rowStride, stride, flip, bias);
    }
    return gemm;
  }

  /// Group by group, and row by row within: so that neither order of the source jumps about much.
  private void packPanel(
      MemorySegment weights,
      int first,
      int count,
      long rowStride,
      long stride,
      int flip,
      MemorySegment bias) {
    MemorySegment to = packed; // C2 reads a field again after each store
    int[] sums = new int[count];
    int group = tile.group();
    long panel = first / panelRows() * panelBytes();
    long groups = panel + tile.rowStartBytes();
    int[] words = new int[count]; // a group of each row, little-endian
    for (int l = 0; l < k; l += group) {
      Arrays.fill(words, 0);
      for (int i = 0; i < Math.min(group, k - l); i++) {
        long from = first * rowStride + (l + i) * stride;
        for (int row = 0; row < count; row++) {
          int weight = (weights.get(ValueLayout.JAVA_BYTE, from + row * rowStride) ^ flip) & 255;
          words[row] |= weight << (Byte.SIZE * i);
        }
      }
      for (int row = 0; row < count; row++) {
        sums[row] += Swar.unsignedSum(words[row] & 0xFFFF_FFFFL);
        long at = groups + (long) l * panelRows() + (long) row * group;
        if (group == Integer.BYTES) {
          to.set(I32, at, words[row]);
        } else {
          to.set(I16, at, (short) words[row]);
        }
      }
    }
    for (int row = 0; row < count; row++) {
      int start = bias.get(I32, (long) Integer.BYTES * (first + row)) - tokenZero * sums[row];
      to.set(I32, panel + (long) Integer.BYTES * row, start);
    }
  }

  /// {@return how many rows a panel has}
  public int panelRows() {
    return tile.rows();
  }

  /// {@return how many panels there are; the last may have fewer rows that count}
  public int panels() {
    return Math.ceilDiv(rows, tile.rows());
  }

  /// {@return bytes of a packed panel}
  public long panelBytes() {
    return tile.rowStartBytes() + tile.weightBytes(steps);
  }

  /// {@return bytes before a panel's elements: what its rows start with}
  public long panelStartBytes() {
    return tile.rowStartBytes();
  }

  private long tokenBytes() {
    return Int8Tile.TOKEN_START_BYTES + tile.activationBytes(steps);
  }

  /// {@return how many tokens should at most be packed at once: a multiple of what a tile takes}
  public int blockTokens() {
    return (int) Math.max(1, BLOCK_BYTES / tokenBytes() / tile.tokens()) * tile.tokens();
  }

  /// {@return the scratch memory that packed tokens take}
  public long packedBytes(int tokens) {
    return tokens * tokenBytes();
  }

  /// {@return the memory that the sums of some tokens and a panel take}
  public long sumBytes(int tokens) {
    return tokens * tile.rowStartBytes();
  }

  /// Packs activations.
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
    for (int token = 0; token < tokens; token++) {
      long at = scratchAt + token * tokenBytes();
      long source = from + token * tokenStride;
      int vectors = k / tile.packedAtOnce();
      int done = vectors * tile.packedAtOnce();
      int sum = vectors == 0 ? 0 : tile.pack(x, source, (byte) flip, scratch, at, vectors);
      sum += packRest(x, source, done, scratch, at + Int8Tile.TOKEN_START_BYTES);
      scratch.set(I32, at, rowZero * (k * tokenZero - sum));
    }
  }

  /// Packs what is left of a token behind whole vectors, a step at a time; returns its sum.
  private int packRest(MemorySegment x, long from, int done, MemorySegment scratch, long to) {
    int sum = 0;
    for (int i = done; i < steps * Int8Tile.STEP; i += Int8Tile.STEP) {
      long eight = i + Int8Tile.STEP <= k ? x.get(I64, from + i) ^ flip : last(x, from + i);
      sum += Swar.sum(eight);
      if (tile.group() == 4) {
        scratch.set(I64, to + i, eight);
      } else {
        scratch.set(I64, to + 2L * i, Swar.widen((int) eight));
        scratch.set(I64, to + 2L * i + Long.BYTES, Swar.widen((int) (eight >>> 32)));
      }
    }
    return sum;
  }

  /// {@return the last step's signed bytes, which are fewer than eight, or none if k is 0; zeros follow}
  private long last(MemorySegment x, long from) {
    long last = 0;
    for (int i = 0; i < k % Int8Tile.STEP; i++) {
      byte signed = (byte) (x.get(ValueLayout.JAVA_BYTE, from + i) ^ flip);
      last |= (signed & 0xFFL) << (Byte.SIZE * i);
    }
    return last;
  }

  /// {@return the scratch memory that [#run] takes}
  public long scratchBytes() {
    return sumBytes(blockTokens()) + packedBytes(blockTokens());
  }

  /// Multiplies some tokens by some panels.
  ///
  /// Each call packs its tokens. So threads that share the work should share the tokens, and not the panels, unless
  /// tokens are few.
  ///
  /// @param x k bytes for each token, of which number 0 begins at `from`, then every `tokenStride` bytes
  /// @param toToken behind the last
  /// @param toPanel behind the last
  /// @param scratch of [#scratchBytes]
  public void run(
      MemorySegment x,
      long from,
      long tokenStride,
      int fromToken,
      int toToken,
      int fromPanel,
      int toPanel,
      MemorySegment scratch,
      Epilogue epilogue) {
    int most = blockTokens();
    long packedAt = sumBytes(most);
    for (int first = fromToken; first < toToken; first += most) {
      int tokens = Math.min(most, toToken - first);
      packTokens(x, from + first * tokenStride, tokenStride, tokens, scratch, packedAt);
      for (int panel = fromPanel; panel < toPanel; panel++) {
        multiply(panel, scratch, packedAt, tokens, scratch, 0);
        int row = panel * panelRows();
        epilogue.accept(first, tokens, row, Math.min(panelRows(), rows - row), scratch, 0);
      }
    }
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
    multiply(packed, panel * panelBytes(), scratch, scratchAt, tokens, sums, sumsAt, stride);
  }

  /// Multiplies packed tokens by a panel of somebody else's.
  ///
  /// @param stride bytes from the sums of one token to those of the next, each of [#panelRows] int32
  public void multiply(
      MemorySegment panels,
      long panelAt,
      MemorySegment scratch,
      long scratchAt,
      int tokens,
      MemorySegment sums,
      long sumsAt,
      long stride) {
    Int8Matrices matrices = tile.matrices();
    if (matrices != null && tokens >= Int8Matrices.LEAST_TOKENS) {
      matrices.multiply(
          tile,
          panels,
          panelAt,
          scratch,
          scratchAt,
          tokenBytes(),
          sums,
          sumsAt,
          stride,
          steps,
          tokens);
      return;
    }
    int piece = (int) (PIECE_BYTES / tile.weightBytes(1));
    for (int step = 0; step < steps; step += piece) {
      boolean resume = step > 0;
      long weightsAt = resume ? tile.rowStartBytes() + tile.weightBytes(step) : 0;
      long tokensAt = resume ? Int8Tile.TOKEN_START_BYTES + tile.activationBytes(step) : 0;
      for (int first = 0; first < tokens; first += tile.tokens()) {
        tile.multiply(
            panels,
            panelAt + weightsAt,
            scratch,
            scratchAt + first * tokenBytes() + tokensAt,
            tokenBytes(),
            sums,
            sumsAt + first * stride,
            stride,
            Math.min(piece, steps - step),
            Math.min(tile.tokens(), tokens - first),
            resume);
      }
    }
  }
}
