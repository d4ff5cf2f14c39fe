package opml.twins.tile;

import static opml.twins.x86.EffectiveAddress.at;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import opml.twins.x86.Gpr;
import opml.twins.x86.Label;
import opml.twins.x86.ScalarOp;
import opml.twins.x86.Simd;
import opml.twins.x86.SimdOp;
import opml.twins.x86.X86Assembler;

/// What one core does at most, measured by loops of machine code that do nothing else: what a kernel's speed is
/// compared with.
///
/// @param instructions which vector instructions were measured, for people
/// @param floatFma fused multiply-adds of float32 in a second
/// @param int8Mac multiplications of bytes, added up exactly in int32, in a second, by the instructions of the tile
/// @param readBytes bytes read in a second from memory that no cache holds
public record Peak(String instructions, double floatFma, double int8Mac, double readBytes) {
  /// So many instructions are on their way at once, which hides how long each takes.
  private static final int UNROLLED = 12;

  private static final int TURNS = 1 << 16;

  /// More than caches hold, and small enough for any machine that runs a model.
  private static final int MEMORY = 256 << 20;

  /// Calls are critical, so memory is read in pieces: a garbage collection must not wait for all of it.
  private static final int PIECE = 1 << 20;

  /// Runs of a loop that reads no memory, which is short.
  private static final int LOOP_RUNS = 200;

  private static final int READ_RUNS = 8;

  /// Measures, which takes about a second; the best of several runs counts. The machine should be quiet.
  ///
  /// @return nothing where there are no machine tiles
  public static Optional<Peak> measure() {
    return switch (MachineTiles.best()) {
      case TileChoice.None _ -> Optional.empty();
      case TileChoice.Found found -> measure(found.int8().form());
    };
  }

  private static Optional<Peak> measure(TileForm form) {
    ExecutableMemory memory = ExecutableMemory.ofThisSystem();
    if (memory.load(fma(form)) instanceof ExecutableMemory.Loaded.At fma
        && memory.load(dot(form)) instanceof ExecutableMemory.Loaded.At dot
        && memory.load(read(form)) instanceof ExecutableMemory.Loaded.At read) {
      double inTurn = UNROLLED * TURNS * (double) form.lanes();
      return Optional.of(
          new Peak(
              form.title,
              inTurn / seconds(TileCode.link(fma.code())),
              inTurn * form.group / seconds(TileCode.link(dot.code())),
              readBytes(form, TileCode.link(read.code()))));
    }
    return Optional.empty();
  }

  /// {@return the least time that the turns of a loop take which reads no memory}
  private static double seconds(TileCode code) {
    MemorySegment none = MemorySegment.NULL;
    long least = Long.MAX_VALUE;
    for (int run = 0; run < LOOP_RUNS; run++) {
      long begin = System.nanoTime();
      code.call(none, 0, none, 0, 0, none, 0, 0, TURNS, 0, 0);
      least = Math.min(least, System.nanoTime() - begin);
    }
    return least / 1e9;
  }

  private static double readBytes(TileForm form, TileCode code) {
    int turnBytes = UNROLLED * form.vectorBytes;
    int turns = PIECE / turnBytes;
    int pieces = MEMORY / PIECE;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(MEMORY, 64);
      memory.fill((byte) 1); // pages that nobody wrote may all be one page of zeros
      long least = Long.MAX_VALUE;
      for (int run = 0; run < READ_RUNS; run++) {
        long begin = System.nanoTime();
        for (int piece = 0; piece < pieces; piece++) {
          code.call(memory, (long) piece * PIECE, memory, 0, 0, memory, 0, 0, turns, 0, 0);
        }
        least = Math.min(least, System.nanoTime() - begin);
      }
      return (double) turns * turnBytes * pieces / (least / 1e9);
    }
  }

  // ---- The loops: each instruction of a turn has an accumulator of its own

  /// What one instruction of a turn is.
  @FunctionalInterface
  private interface Part {
    void write(X86Assembler code, int number, Simd accumulator);
  }

  private static byte[] fma(TileForm form) {
    Simd factor = form.register(UNROLLED);
    return loop(form, 0, (code, number, sum) -> code.simd(SimdOp.VFMADD231PS, sum, factor, factor));
  }

  private static byte[] dot(TileForm form) {
    Simd factor = form.register(UNROLLED);
    Simd product = form.register(UNROLLED + 1);
    return loop(
        form,
        0,
        (code, number, sum) -> {
          if (form.isVnni()) {
            code.simd(SimdOp.VPDPBUSD, sum, factor, factor);
          } else {
            code.simd(SimdOp.VPMADDWD, product, factor, factor);
            code.simd(SimdOp.VPADDD, sum, sum, product);
          }
        });
  }

  private static byte[] read(TileForm form) {
    return loop(
        form,
        UNROLLED * form.vectorBytes,
        (code, number, sum) ->
            code.simd(SimdOp.VPADDD, sum, sum, at(Gpr.RDI, form.vectorBytes * number)));
  }

  /// A function of [TileCode]'s signature, which looks at the first place and the steps alone.
  ///
  /// @param advance how far the place moves in a turn
  private static byte[] loop(TileForm form, int advance, Part part) {
    X86Assembler code = new X86Assembler();
    code.add(Gpr.RDI, Gpr.RSI);
    code.mov(Gpr.RCX, at(Gpr.RSP, 24));
    for (int i = 0; i <= UNROLLED; i++) {
      Simd register = form.register(i);
      code.simd(SimdOp.VPXOR, register, register, register);
    }
    Label loop = code.bind(code.label());
    for (int i = 0; i < UNROLLED; i++) {
      part.write(code, i, form.register(i));
    }
    code.add(Gpr.RDI, advance);
    code.sub(Gpr.RCX, 1);
    code.jump(ScalarOp.JNE, loop);
    code.simd(SimdOp.VZEROUPPER);
    code.ret();
    return code.done().bytes();
  }
}
