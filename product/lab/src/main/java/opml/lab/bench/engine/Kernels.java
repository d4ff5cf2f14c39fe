package opml.lab.bench.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import opml.engine.run.Constant;
import opml.engine.run.KernelProvider;
import opml.engine.run.PreparedKernel;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.ScalarValues;
import opml.kernels.layout.Tile;
import opml.kernels.memory.Mem;
import opml.lab.bench.engine.EngineFigures.Shares;
import opml.lab.bench.peer.Race;
import opml.twins.Twins;
import opml.twins.tile.Peak;

/// Single kernels on one core, beside what that core does at most.
final class Kernels {
  private static final int SIDE = 512;

  /// A matrix of Q8_0 that no cache holds: 16384 rows of 4096.
  private static final int ROWS = 16_384;

  private static final int BLOCKS = 128;

  private final Arena arena;
  private final SplittableRandom random = new SplittableRandom(3);

  private Kernels(Arena arena) {
    this.arena = arena;
  }

  /// {@return the shares; the peak is measured before and after, and the better counts}
  static Shares shares(Peak before) {
    try (Arena arena = Arena.ofConfined()) {
      Kernels kernels = new Kernels(arena);
      double macs = (double) SIDE * SIDE * SIDE;
      double f32 = macs / kernels.gemm(Twins.provider());
      double tile = macs / kernels.int8(Twins.provider());
      double vector = macs / kernels.int8(Twins.provider("vector"));
      double bytes = (double) ROWS * BLOCKS * 34;
      double matvec = bytes / kernels.matvec(Twins.provider());
      Peak after = Peak.measure().orElse(before);
      double fma = Math.max(before.floatFma(), after.floatFma());
      double mac = Math.max(before.int8Mac(), after.int8Mac());
      double read = Math.max(before.readBytes(), after.readBytes());
      return new Shares(f32 / fma, tile / mac, vector / mac, matvec / read);
    }
  }

  /// {@return seconds of a product of floats}
  private double gemm(KernelProvider provider) {
    Kernel kernel = KernelCatalog.byName("gemm.f32");
    List<Long> scalars =
        new ScalarValues(kernel)
            .ints("m n k", SIDE, SIDE, SIDE)
            .ints("a b c", SIDE, 1, SIDE, 1, 0, 0)
            .real("alpha", 1)
            .real("beta", 1)
            .all();
    MemorySegment[] segments = {
      floats(SIDE * SIDE), floats(SIDE * SIDE), floats(1), zeros(4L * SIDE * SIDE)
    };
    return seconds(provider, kernel, scalars, segments);
  }

  /// {@return seconds of a product of bytes}
  private double int8(KernelProvider provider) {
    Kernel kernel = KernelCatalog.byName("qlinear.matmul");
    List<Long> scalars =
        new ScalarValues(kernel)
            .ints("m n k", SIDE, SIDE, SIDE)
            .ints("q", 3, 0, -5, 0, 0, 0, 0)
            .all();
    MemorySegment multiplier = zeros(4);
    Mem.putI32(multiplier, 0, 1 << 30);
    MemorySegment shift = zeros(4);
    Mem.putI32(shift, 0, 40);
    MemorySegment[] segments = {
      bytes(SIDE * SIDE),
      bytes(SIDE * SIDE),
      multiplier,
      shift,
      zeros(4L * SIDE),
      zeros((long) SIDE * SIDE)
    };
    return seconds(provider, kernel, scalars, segments);
  }

  /// {@return seconds of a row times a matrix of Q8_0}
  private double matvec(KernelProvider provider) {
    Kernel kernel = KernelCatalog.byName("linear.q80");
    List<Long> scalars =
        new ScalarValues(kernel)
            .ints("tile", Tile.TOKENS, 0, 1)
            .ints("outputs", 0, 0, ROWS, ROWS)
            .ints("blocks", BLOCKS)
            .all();
    MemorySegment control = zeros(16);
    Mem.putI32(control, 4 * Tile.TOKENS, 1);
    MemorySegment weights = bytes(ROWS * BLOCKS * 34);
    for (long at = 0; at < weights.byteSize(); at += 34) {
      Mem.putI16(weights, at, Float.floatToFloat16(0.01f));
    }
    MemorySegment[] segments = {
      control, bytes(32 * BLOCKS), floats(BLOCKS), weights, zeros(4L * ROWS)
    };
    return seconds(provider, kernel, scalars, segments);
  }

  private double seconds(
      KernelProvider provider, Kernel kernel, List<Long> scalars, MemorySegment[] segments) {
    List<Optional<Constant>> constants = new ArrayList<>();
    for (int i = 0; i < segments.length; i++) {
      boolean weight = i > 0 && i < segments.length - 1;
      constants.add(weight ? Optional.of(Constant.of(segments[i])) : Optional.empty());
    }
    PreparedKernel prepared =
        provider.prepare(kernel, scalars.stream().mapToLong(Long::longValue).toArray(), constants);
    MemorySegment scratch = arena.allocate(prepared.scratchBytes(), 64);
    return Race.time(() -> prepared.run(segments, scratch, 0, prepared.units())) / 1e9;
  }

  private MemorySegment zeros(long bytes) {
    return arena.allocate(bytes, 64);
  }

  private MemorySegment floats(int count) {
    MemorySegment floats = zeros(4L * count);
    for (int i = 0; i < count; i++) {
      Mem.putF32(floats, 4L * i, (float) random.nextDouble(-1, 1));
    }
    return floats;
  }

  private MemorySegment bytes(int count) {
    MemorySegment bytes = zeros(count);
    byte[] values = new byte[count];
    random.nextBytes(values);
    bytes.copyFrom(MemorySegment.ofArray(values));
    return bytes;
  }
}
