package opml.twins.vector;

import static opml.twins.vector.Blocks.BLOCK;
import static opml.twins.vector.Blocks.ROWS;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.BlockFormat;
import opml.twins.call.BlockFormat.Minima;
import opml.twins.call.LinearCall;
import opml.twins.call.Packings;
import opml.twins.call.Panels;

/// `linear.TYPE` of blocks. A unit is a panel of two vectors of rows.
///
/// A few tokens are taken one by one, straight from the packed weights. More are taken in sixes, and a block of the
/// panel is made floats before they pass.
///
/// A packed block has the integers of its scales, those of all rows together, then those of its minimum, then codes of
/// at most four bits as nibbles, or else its weights as signed bytes. Behind the blocks that share them are the floats:
/// half-precision ones of a single block, as the file has them, else single ones.
final class BlockLinearTwin implements PreparedKernel {
  private static final int SIX = 6;

  /// As many tokens are taken one by one.
  private static final int FEW = 2;

  /// What tokens may take as floats, while panels pass.
  private static final long TOKENS_BYTES = 512 << 10;

  /// Bytes of a vector of rows' floats.
  private static final long ROW_BYTES = (long) Float.BYTES * ROWS;

  private static final VarHandle INT32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final LinearCall call;
  private final BlockFormat format;
  private final boolean nibbles;
  private final Panels panels;
  private final int most; // tokens at once
  private final long tokenBytes; // as floats

  // the scratch memory
  private final long sums;
  private final long floats; // the scales of rows, and their minima
  private final long ones; // what multiplies where no integers do
  private final long integers; // of the scales, then of the minima, of all halves that have some
  private final long weights;
  private final long results;
  private final long alls; // sums of the halves of blocks of tokens
  private final long tokens;

  private BlockLinearTwin(LinearCall call, BlockFormat format, Constant w, Packings packings) {
    this.call = call;
    this.format = format;
    this.nibbles = format.bits() <= 4 && format.levels().length == 0;
    this.panels =
        Panels.of(call, w, packings, call.format(), ROWS, (long) steps() * stepBytes(), this::pack);
    this.tokenBytes = (long) Float.BYTES * call.elements();
    int sixes = (int) Math.max(1, TOKENS_BYTES / (SIX * tokenBytes));
    this.most = Math.min(sixes * SIX, Math.ceilDiv(call.rows(), SIX) * SIX);
    this.sums = 0;
    this.floats = sums + SIX * ROW_BYTES;
    this.ones = floats + 2 * ROW_BYTES;
    this.integers = ones + ROW_BYTES;
    this.weights = integers + 4 * ROW_BYTES;
    this.results = weights + BLOCK * ROW_BYTES;
    this.alls = results + most * ROW_BYTES;
    this.tokens = Lanes.aligned(alls + 2L * Float.BYTES * most * call.depth());
  }

  static Optional<PreparedKernel> prepare(
      BlockFormat format, LinearCall call, List<Optional<Constant>> constants, Packings packings) {
    return constants
        .get(call.weights())
        .filter(w -> Blocks.areThere() && call.isOrdinary() && call.fits(w))
        .map(w -> new BlockLinearTwin(call, format, w, packings));
  }

  private int steps() {
    return call.depth() / format.blocks();
  }

  private int integersOfMinima() {
    return switch (format.minima()) {
      case NONE, FLOAT -> 0;
      case WHOLE -> 1;
      case HALVES -> 2;
    };
  }

  /// {@return integers of a row's block}
  private int allIntegers() {
    return format.scales() + integersOfMinima();
  }

  private int codesAt() {
    return ROWS * allIntegers();
  }

  /// {@return what multiplies the products of a half}
  private long scales(int half) {
    return format.scales() == 0 ? ones : integers + half * (format.scales() - 1L) * ROW_BYTES;
  }

  /// {@return what multiplies the sum of a half of a token's block}
  private long least(int half) {
    int count = integersOfMinima();
    return count == 0 ? ones : integers + (format.scales() + half * (count - 1L)) * ROW_BYTES;
  }

  private int blockBytes() {
    return codesAt() + ROWS * (nibbles ? BLOCK / 2 : BLOCK);
  }

  private boolean hasHalves() {
    return format.blocks() == 1;
  }

  private int floatBytes() {
    return ROWS * (hasHalves() ? Short.BYTES : Float.BYTES);
  }

  private int stepBytes() {
    return format.blocks() * blockBytes() + format.halves() * floatBytes();
  }

  // ---- Weights

  private void pack(byte[] file, int rows, byte[] panel) {
    int bytes = call.format().bytes();
    int[] levels = format.levels();
    BlockFormat.Block block = new BlockFormat.Block();
    for (int row = 0; row < rows; row++) {
      for (int step = 0; step < steps(); step++) {
        int from = (row * steps() + step) * bytes;
        int to = step * stepBytes();
        for (int number = 0; number < format.blocks(); number++) {
          format.read(file, from, number, block);
          for (int i = 0; i < format.scales(); i++) {
            panel[to + ROWS * i + row] = (byte) block.scales[i];
          }
          for (int i = 0; i < integersOfMinima(); i++) {
            panel[to + ROWS * (format.scales() + i) + row] = (byte) block.least[i];
          }
          packCodes(block.codes, levels, panel, to + codesAt() + row);
          to += blockBytes();
        }
        packFloats(file, from, panel, to, row);
      }
    }
  }

  /// The codes i and i + 16 are together.
  private void packCodes(int[] codes, int[] levels, byte[] panel, int at) {
    for (int i = 0; i < BLOCK / 2; i++) {
      int first = codes[i / 4] >>> Byte.SIZE * (i % 4) & 255;
      int second = codes[BLOCK / 8 + i / 4] >>> Byte.SIZE * (i % 4) & 255;
      if (nibbles) {
        panel[at + i * ROWS] = (byte) (first | second << 4);
      } else {
        panel[at + 2 * i * ROWS] = weight(first, levels);
        panel[at + (2 * i + 1) * ROWS] = weight(second, levels);
      }
    }
  }

  private byte weight(int code, int[] levels) {
    int value = levels.length == 0 ? code : levels[code / 4] >>> Byte.SIZE * (code % 4) & 255;
    return (byte) (value - format.zero());
  }

  private void packFloats(byte[] file, int from, byte[] panel, int to, int row) {
    if (hasHalves()) {
      for (int i = 0; i < format.halves(); i++) {
        int half = from + format.scaleAt() + Short.BYTES * i;
        panel[to + floatBytes() * i + 2 * row] = file[half];
        panel[to + floatBytes() * i + 2 * row + 1] = file[half + 1];
      }
    } else {
      int at = to + Float.BYTES * row;
      INT32.set(panel, at, Float.floatToIntBits(format.scale(file, from)));
      if (format.halves() > 1) {
        int minimum = Float.floatToIntBits(format.minimum(file, from));
        INT32.set(panel, at + floatBytes(), minimum);
      }
    }
  }

  // ---- The call

  @Override
  public boolean reads(int argument) {
    return argument != call.weights();
  }

  @Override
  public int units() {
    return panels.count();
  }

  @Override
  public long scratchBytes() {
    return lentAt() + panels.lentBytes();
  }

  private long lentAt() {
    return Lanes.aligned(tokens + most * tokenBytes);
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment lent, int from, int to) {
    int count = call.tokens(segments[0]);
    if (count == 0) {
      return 0;
    }
    call.check(segments, count);
    MemorySegment scratch = Lanes.nativeScratch(lent, scratchBytes());
    Rows.fill(scratch, ones, 1f, ROWS);
    for (int first = 0; first < count; first += most) {
      int some = Math.min(most, count - first);
      unpackTokens(segments[1], first, some, scratch);
      for (int panel = from; panel < to; panel++) {
        Rows.fill(scratch, results, 0f, Math.ceilDiv(some, SIX) * SIX * ROWS);
        multiply(segments[2], first, some, panel, to, first + some < count, scratch);
        panels.store(panel, scratch, results, first, some, segments[4]);
      }
    }
    return 0;
  }

  /// Tokens one behind the other, as floats or, for nibbles, as 16 bits; or six by six, the elements of one place
  /// together, as floats.
  private void unpackTokens(MemorySegment q, int first, int some, MemorySegment scratch) {
    int elements = call.elements();
    boolean few = some <= FEW;
    for (int i = 0; i < some; i++) {
      long from = (long) (first + i) * elements;
      long to = tokens + (few ? i * tokenBytes : tokenBytes * SIX * (i / SIX) + 4L * (i % SIX));
      if (few && nibbles) {
        for (int l = 0; l < elements; l++) {
          Mem.putI16(scratch, to + Short.BYTES * (long) l, Mem.i8(q, from + l));
        }
      } else {
        Rows.unpack(q, from, 1, -1, 0, scratch, to, few ? 4 : 4L * SIX, elements);
      }
      if (format.minima() != Minima.NONE || few && nibbles) {
        for (int half = 0; half < 2 * call.depth(); half++) {
          int all = 0;
          for (int l = 0; l < BLOCK / 2; l++) {
            all += Mem.i8(q, from + (long) half * (BLOCK / 2) + l);
          }
          Mem.putF32(scratch, alls + 4L * (2L * i * call.depth() + half), all);
        }
      }
    }
    // What fills the last six up is multiplied along, so it should be no old NaN, which may be
    // slow.
    for (int i = some; !few && i % SIX != 0; i++) {
      long to = tokens + tokenBytes * SIX * (i / SIX) + 4L * (i % SIX);
      for (int l = 0; l < elements; l++) {
        Mem.putI32(scratch, to + 4L * SIX * l, 0);
      }
    }
  }

  private void multiply(
      MemorySegment d,
      int first,
      int some,
      int panel,
      int to,
      boolean again,
      MemorySegment scratch) {
    boolean stays = panels.load(panel, to, again, scratch, lentAt());
    MemorySegment w = panels.memory(stays, scratch);
    long panelAt = panels.at(panel, stays, lentAt());
    for (int step = 0; step < steps(); step++) {
      long at = panelAt + (long) step * stepBytes();
      loadFloats(w, at + (long) format.blocks() * blockBytes(), scratch);
      for (int in = 0; in < format.blocks(); in++) {
        int block = step * format.blocks() + in;
        if (allIntegers() > 0) {
          Blocks.unpackBytes(w, at, scratch, integers, 2 * allIntegers());
        }
        if (some <= FEW) {
          few(d, first, some, block, w, at + codesAt(), scratch);
        } else {
          many(d, first, some, block, w, at + codesAt(), scratch);
        }
        at += blockBytes();
      }
    }
  }

  private void loadFloats(MemorySegment w, long at, MemorySegment scratch) {
    int vectors = 2 * format.halves();
    if (hasHalves()) {
      Blocks.widen(w, at, scratch, floats, vectors);
    } else {
      Rows.copy(w, at, scratch, floats, vectors * Lanes.COUNT);
    }
  }

  private void few(
      MemorySegment d,
      int first,
      int some,
      int block,
      MemorySegment w,
      long wAt,
      MemorySegment scratch) {
    for (int i = 0; i < some; i++) {
      long xAt = tokens + i * tokenBytes;
      float dx = Mem.f32(d, 4 * ((long) (first + i) * call.depth() + block));
      long result = results + i * ROW_BYTES;
      float firstZeros = 0;
      float secondZeros = 0;
      if (nibbles) {
        Blocks.nibbles(w, wAt, scratch, xAt + (long) Short.BYTES * BLOCK * block, scratch, sums);
        firstZeros = format.zero() * all(scratch, i, block, 0);
        secondZeros = format.zero() * all(scratch, i, block, 1);
      } else {
        Blocks.bytes(w, wAt, scratch, xAt + (long) Float.BYTES * BLOCK * block, scratch, sums);
      }
      Blocks.addHalves(
          scratch, sums, firstZeros, secondZeros, scales(0), scales(1), floats, dx, result);
      addMinima(i, block, dx, result, scratch);
    }
  }

  private void many(
      MemorySegment d,
      int first,
      int some,
      int block,
      MemorySegment w,
      long wAt,
      MemorySegment scratch) {
    if (nibbles) {
      Blocks.scaleNibbles(w, wAt, format.zero(), scratch, scales(0), scales(1), weights);
    } else {
      Blocks.scaleBytes(w, wAt, scratch, scales(0), scales(1), weights);
    }
    for (int i = 0; i < some; i += SIX) {
      long xAt = tokens + i * tokenBytes + (long) Float.BYTES * SIX * BLOCK * block;
      Tiles.six(scratch, xAt, scratch, weights, BLOCK, scratch, sums, ROW_BYTES);
      for (int j = 0; j < Math.min(SIX, some - i); j++) {
        float dx = Mem.f32(d, 4 * ((long) (first + i + j) * call.depth() + block));
        long result = results + (i + j) * ROW_BYTES;
        Blocks.add(scratch, sums + j * ROW_BYTES, floats, dx, result);
        addMinima(i + j, block, dx, result, scratch);
      }
    }
  }

  private float all(MemorySegment scratch, int token, int block, int half) {
    return Mem.f32(scratch, alls + 4L * (2L * ((long) token * call.depth() + block) + half));
  }

  private void addMinima(int token, int block, float dx, long result, MemorySegment scratch) {
    if (format.minima() == Minima.NONE) {
      return;
    }
    float firstAll = all(scratch, token, block, 0);
    float secondAll = all(scratch, token, block, 1);
    long minima = floats + ROW_BYTES;
    Blocks.addMinima(scratch, firstAll, secondAll, least(0), least(1), minima, dx, result);
  }
}
