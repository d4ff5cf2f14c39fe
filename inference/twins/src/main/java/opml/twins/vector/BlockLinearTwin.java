package opml.twins.vector;

import static opml.twins.vector.Blocks.BLOCK;
import static opml.twins.vector.Blocks.ROWS;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.LinearCall;
import opml.twins.call.Packings;
import opml.twins.call.Panels;

/// `linear.TYPE` of blocks. A unit is a panel of two vectors of rows.
///
/// A few tokens are taken one by one, straight from the packed weights. More are taken in sixes, and a block of the
/// panel is made floats before they pass.
///
/// A packed step has the scales of the rows; Q4_K then the second ones, with their signs turned, and before the weights
/// of each of its blocks the integers of the rows, those of the first scale first.
final class BlockLinearTwin implements PreparedKernel {
  private static final int SIX = 6;

  /// As many tokens are taken one by one.
  private static final int FEW = 2;

  /// What tokens may take as floats, while panels pass.
  private static final long TOKENS_BYTES = 512 << 10;

  /// Bytes of a vector of rows' floats.
  private static final long ROW_BYTES = (long) Float.BYTES * ROWS;

  private static final int SCALES = Short.BYTES * ROWS;

  private final LinearCall call;
  private final boolean nibbles;
  private final boolean superblocks;
  private final Panels panels;
  private final int blockBytes; // of a block of a panel, without scales
  private final int most; // tokens at once
  private final long tokenBytes; // as floats

  // the scratch memory
  private final long sums;
  private final long scales;
  private final long weights;
  private final long results;
  private final long alls;
  private final long tokens;

  private BlockLinearTwin(LinearCall call, Constant w, Packings packings) {
    this.call = call;
    this.superblocks = call.format() == LinearCall.Format.Q4_K;
    this.nibbles = call.format() != LinearCall.Format.Q8_0;
    this.blockBytes = (nibbles ? BLOCK / 2 : BLOCK) * ROWS + (superblocks ? 2 * ROWS : 0);
    this.panels =
        Panels.of(call, w, packings, call.format(), ROWS, (long) steps() * stepBytes(), this::pack);
    this.tokenBytes = (long) Float.BYTES * call.elements();
    int sixes = (int) Math.max(1, TOKENS_BYTES / (SIX * tokenBytes));
    this.most = Math.min(sixes * SIX, Math.ceilDiv(call.rows(), SIX) * SIX);
    this.sums = 0;
    this.scales = sums + SIX * ROW_BYTES;
    this.weights = scales + 4 * ROW_BYTES;
    this.results = weights + BLOCK * ROW_BYTES;
    this.alls = results + most * ROW_BYTES;
    this.tokens = Lanes.aligned(alls + (long) Float.BYTES * most * call.depth());
  }

  static Optional<PreparedKernel> prepare(
      LinearCall call, List<Optional<Constant>> constants, Packings packings) {
    return constants
        .get(call.weights())
        .filter(w -> Blocks.areThere() && call.isOrdinary() && call.fits(w))
        .map(w -> new BlockLinearTwin(call, w, packings));
  }

  private int blocksOfStep() {
    return call.format().elements() / BLOCK;
  }

  private int steps() {
    return call.depth() / blocksOfStep();
  }

  private int stepBytes() {
    return (superblocks ? 2 * SCALES : SCALES) + blocksOfStep() * blockBytes;
  }

  // ---- Weights

  private void pack(byte[] file, int rows, byte[] panel) {
    int bytes = call.format().bytes();
    for (int row = 0; row < rows; row++) {
      for (int step = 0; step < steps(); step++) {
        int from = (row * steps() + step) * bytes;
        int to = step * stepBytes();
        panel[to + 2 * row] = file[from];
        panel[to + 2 * row + 1] = file[from + 1];
        if (superblocks) {
          panel[to + SCALES + 2 * row] = file[from + 2];
          panel[to + SCALES + 2 * row + 1] = (byte) (file[from + 3] ^ 0x80);
          packSuperblock(file, from + 4, row, panel, to + 2 * SCALES);
        } else {
          int count = bytes - Short.BYTES;
          for (int i = 0; i < count; i++) {
            panel[to + SCALES + i * ROWS + row] = file[from + Short.BYTES + i];
          }
        }
      }
    }
  }

  /// Q4_K has 12 bytes of 6-bit integers, then nibbles, of which 32 bytes have two blocks, one in the lower halves.
  private void packSuperblock(byte[] file, int from, int row, byte[] panel, int to) {
    for (int block = 0; block < 8; block++) {
      int at = to + block * blockBytes + row;
      int high = block % 4;
      if (block < 4) {
        panel[at] = (byte) (file[from + block] & 63);
        panel[at + ROWS] = (byte) (file[from + 4 + block] & 63);
      } else {
        int both = file[from + 4 + block];
        panel[at] = (byte) (both & 15 | (file[from + high] & 0xC0) >> 2);
        panel[at + ROWS] = (byte) (both >> 4 & 15 | (file[from + 4 + high] & 0xC0) >> 2);
      }
      int shift = 4 * (block % 2);
      for (int i = 0; i < BLOCK / 2; i++) {
        int place = from + 12 + BLOCK * (block / 2) + i;
        int lower = file[place] >> shift & 15;
        int upper = file[place + BLOCK / 2] >> shift & 15;
        panel[at + (2 + i) * ROWS] = (byte) (lower | upper << 4);
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
    return tokens + most * tokenBytes;
  }

  @Override
  public int run(MemorySegment[] segments, MemorySegment lent, int from, int to) {
    int count = call.tokens(segments[0]);
    if (count == 0) {
      return 0;
    }
    call.check(segments, count);
    MemorySegment scratch = Lanes.nativeScratch(lent, scratchBytes());
    for (int first = 0; first < count; first += most) {
      int some = Math.min(most, count - first);
      unpackTokens(segments[1], first, some, scratch);
      for (int panel = from; panel < to; panel++) {
        Rows.fill(scratch, results, 0f, Math.ceilDiv(some, SIX) * SIX * ROWS);
        multiply(segments[2], first, some, panel, scratch);
        panels.store(panel, scratch, results, first, some, segments[4]);
      }
    }
    return 0;
  }

  /// Tokens as floats: one behind the other, or six by six, the elements of one place together.
  private void unpackTokens(MemorySegment q, int first, int some, MemorySegment scratch) {
    int elements = call.elements();
    boolean few = some <= FEW;
    for (int i = 0; i < some; i++) {
      long from = (long) (first + i) * elements;
      long to = tokens + (few ? i * tokenBytes : tokenBytes * SIX * (i / SIX) + 4L * (i % SIX));
      Rows.unpack(q, from, 1, -1, 0, scratch, to, few ? 4 : 4L * SIX, elements);
      if (superblocks) {
        for (int block = 0; block < call.depth(); block++) {
          int all = 0;
          for (int l = 0; l < BLOCK; l++) {
            all += Mem.i8(q, from + (long) block * BLOCK + l);
          }
          Mem.putF32(scratch, alls + 4L * ((long) i * call.depth() + block), all);
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

  private void multiply(MemorySegment d, int first, int some, int panel, MemorySegment scratch) {
    MemorySegment w = panels.packed();
    int zero = superblocks ? 0 : 8;
    for (int step = 0; step < steps(); step++) {
      long at = panels.at(panel) + (long) step * stepBytes();
      Blocks.widen(w, at, scratch, scales, superblocks ? 4 : 2);
      at += superblocks ? 2L * SCALES : SCALES;
      for (int in = 0; in < blocksOfStep(); in++) {
        int block = step * blocksOfStep() + in;
        long wAt = at + (long) in * blockBytes;
        if (superblocks) {
          Blocks.unpackBytes(w, wAt, scratch, scales + 2 * ROW_BYTES, 4);
          wAt += 2L * ROWS;
        }
        if (some <= FEW) {
          for (int i = 0; i < some; i++) {
            long xAt = tokens + i * tokenBytes + (long) Float.BYTES * BLOCK * block;
            if (nibbles) {
              Blocks.nibbles(w, wAt, zero, scratch, xAt, scratch, sums);
            } else {
              Blocks.bytes(w, wAt, scratch, xAt, scratch, sums);
            }
            add(d, first, i, block, sums, scratch);
          }
        } else {
          if (nibbles) {
            Blocks.unpackNibbles(w, wAt, zero, scratch, weights);
          } else {
            Blocks.unpackBytes(w, wAt, scratch, weights, 2 * BLOCK);
          }
          for (int i = 0; i < some; i += SIX) {
            long xAt = tokens + i * tokenBytes + (long) Float.BYTES * SIX * BLOCK * block;
            Tiles.six(scratch, xAt, scratch, weights, BLOCK, scratch, sums, ROW_BYTES);
            for (int j = 0; j < Math.min(SIX, some - i); j++) {
              add(d, first, i + j, block, sums + j * ROW_BYTES, scratch);
            }
          }
        }
      }
    }
  }

  private void add(
      MemorySegment d, int first, int token, int block, long sumsAt, MemorySegment scratch) {
    float dx = Mem.f32(d, 4 * ((long) (first + token) * call.depth() + block));
    long result = results + token * ROW_BYTES;
    if (superblocks) {
      float all = Mem.f32(scratch, alls + 4 * ((long) token * call.depth() + block));
      Blocks.addBoth(scratch, sumsAt, scales, dx, all, result);
    } else {
      Blocks.add(scratch, sumsAt, scales, dx, result);
    }
  }
}
