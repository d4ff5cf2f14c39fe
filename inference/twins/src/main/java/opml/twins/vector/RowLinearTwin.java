package opml.twins.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.memory.Mem;
import opml.twins.call.LinearCall;
import opml.twins.call.Packings;
import opml.twins.call.Panels;

/// `linear.f32`, `linear.f16` and `linear.bf16`. A unit is a panel of two vectors of rows. Tokens are taken in sixes,
/// also where there is one: its weights then come as fast as the memory gives them. A chunk of weights of 16 bits is
/// made floats before tokens pass.
final class RowLinearTwin implements PreparedKernel {
  private static final int SIX = 6;
  private static final int ROWS = 2 * Lanes.COUNT;

  /// Bytes of a vector of rows' floats.
  private static final long ROW_BYTES = (long) Float.BYTES * ROWS;

  /// What tokens may take, while panels pass.
  private static final long TOKENS_BYTES = 1 << 20;

  private static final VarHandle INT16 =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT32 =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final LinearCall call;
  private final Panels panels;
  private final int most; // tokens at once
  private final long sixBytes; // of six tokens

  // the scratch memory
  private static final long CHUNK = 0;
  private static final long WEIGHTS = SIX * ROW_BYTES;
  private static final long RESULTS = WEIGHTS + Sums.CHUNK * ROW_BYTES;
  private final long tokens;

  private RowLinearTwin(LinearCall call, Constant w, Packings packings) {
    this.call = call;
    this.panels =
        Panels.of(call, w, packings, call.format(), ROWS, ROWS * call.rowBytes(), this::pack);
    this.sixBytes = (long) Float.BYTES * SIX * call.depth();
    int sixes = (int) Math.max(1, TOKENS_BYTES / sixBytes);
    this.most = SIX * Math.min(sixes, Math.ceilDiv(call.rows(), SIX));
    this.tokens = RESULTS + most * ROW_BYTES;
  }

  static Optional<PreparedKernel> prepare(
      LinearCall call, List<Optional<Constant>> constants, Packings packings) {
    return constants
        .get(call.weights())
        .filter(w -> isThere(call.format()) && call.isOrdinary() && call.fits(w))
        .map(w -> new RowLinearTwin(call, w, packings));
  }

  private static boolean isThere(LinearCall.Format format) {
    return format == LinearCall.Format.F32 || HalfVectors.fitVectors();
  }

  private void pack(byte[] file, int rows, byte[] panel) {
    if (call.format() == LinearCall.Format.F32) {
      packFours(file, rows, panel);
    } else {
      packTwos(file, rows, panel);
    }
  }

  private void packTwos(byte[] file, int rows, byte[] panel) {
    for (int row = 0; row < rows; row++) {
      int from = Short.BYTES * row * call.depth();
      for (int i = 0; i < call.depth(); i++) {
        short two = (short) INT16.get(file, from + Short.BYTES * i);
        INT16.set(panel, Short.BYTES * (ROWS * i + row), two);
      }
    }
  }

  private void packFours(byte[] file, int rows, byte[] panel) {
    for (int row = 0; row < rows; row++) {
      int from = Float.BYTES * row * call.depth();
      for (int i = 0; i < call.depth(); i++) {
        int four = (int) INT32.get(file, from + Float.BYTES * i);
        INT32.set(panel, Float.BYTES * (ROWS * i + row), four);
      }
    }
  }

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
    return Lanes.aligned(tokens + most / SIX * sixBytes);
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
      interleave(segments[1], first, some, scratch);
      for (int panel = from; panel < to; panel++) {
        multiply(some, panel, to, first + some < count, scratch);
        panels.store(panel, scratch, RESULTS, first, some, segments[3]);
      }
    }
    return 0;
  }

  /// Tokens six by six, the elements of one place together, filled up with zeros.
  private void interleave(MemorySegment x, int first, int some, MemorySegment scratch) {
    int k = call.depth();
    for (int i = 0; i < Math.ceilDiv(some, SIX) * SIX; i++) {
      long to = tokens + i / SIX * sixBytes + (long) Float.BYTES * (i % SIX);
      if (i < some) {
        Rows.interleave(x, (long) Float.BYTES * (first + i) * k, Float.BYTES, scratch, to, k);
      } else {
        for (int l = 0; l < k; l++) {
          Mem.putI32(scratch, to + (long) Float.BYTES * SIX * l, 0);
        }
      }
    }
  }

  private void multiply(int some, int panel, int to, boolean again, MemorySegment scratch) {
    boolean stays = panels.load(panel, to, again, scratch, lentAt());
    MemorySegment w = panels.memory(stays, scratch);
    long panelAt = panels.at(panel, stays, lentAt());
    for (int done = 0; done < call.depth(); done += Sums.CHUNK) {
      int count = Math.min(Sums.CHUNK, call.depth() - done);
      long wAt = panelAt + (long) done * ROWS * call.format().bytes();
      MemorySegment chunk = w;
      if (call.format() != LinearCall.Format.F32) {
        widen(w, wAt, scratch, count);
        chunk = scratch;
        wAt = WEIGHTS;
      }
      for (int i = 0; i < some; i += SIX) {
        long xAt = tokens + i / SIX * sixBytes + (long) Float.BYTES * SIX * done;
        long result = RESULTS + i * ROW_BYTES;
        Tiles.six(scratch, xAt, chunk, wAt, count, scratch, CHUNK, ROW_BYTES);
        if (done == 0) {
          Rows.fill(scratch, result, 0f, SIX * ROWS);
        }
        Sums.add(scratch, result, scratch, CHUNK, 2 * SIX);
      }
    }
  }

  private void widen(MemorySegment w, long wAt, MemorySegment scratch, int count) {
    if (call.format() == LinearCall.Format.F16) {
      HalfVectors.widen(w, wAt, 2L * ROWS, scratch, WEIGHTS, ROW_BYTES, count);
    } else {
      HalfVectors.shift(w, wAt, scratch, WEIGHTS, 2 * count);
    }
  }
}
