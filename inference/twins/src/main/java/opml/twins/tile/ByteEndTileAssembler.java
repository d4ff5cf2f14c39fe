package opml.twins.tile;

import static opml.twins.x86.EffectiveAddress.at;

import opml.twins.x86.EffectiveAddress;
import opml.twins.x86.Gpr;
import opml.twins.x86.Label;
import opml.twins.x86.ScalarOp;
import opml.twins.x86.Simd;
import opml.twins.x86.SimdOp;
import opml.twins.x86.X86Assembler;
import opml.twins.x86.X86Code;

/// Writes a [ByteEndTile] as a function of [TileCode]'s signature, of registers of 512 bits.
final class ByteEndTileAssembler {
  // The arguments of TileCode, after the offsets were added.
  private static final Gpr TABLE = Gpr.RDI;
  private static final Gpr SUMS = Gpr.RDX;
  private static final Gpr SUMS_ROW = Gpr.R8;
  private static final Gpr RESULT = Gpr.R9;
  private static final Gpr RESULT_ROW = Gpr.RSI;
  private static final Gpr STEP = Gpr.RCX;

  /// What the channel of the row has in the table.
  private static final Gpr CHANNEL = Gpr.RAX;

  /// Which output of the row is the vector's first.
  private static final Gpr PLACE = Gpr.R10;

  private static final Gpr ROWS = Gpr.R11;

  private static final Simd FACTOR = Simd.zmm(8);
  private static final Simd BIAS = Simd.ymm(9);

  private final X86Assembler code = new X86Assembler();

  private ByteEndTileAssembler() {}

  static X86Code ending() {
    return new ByteEndTileAssembler().function();
  }

  private X86Code function() {
    code.add(TABLE, Gpr.RSI);
    code.add(SUMS, Gpr.RCX);
    code.mov(Gpr.RAX, at(Gpr.RSP, 8));
    code.add(RESULT, Gpr.RAX);
    code.mov(RESULT_ROW, at(Gpr.RSP, 16));
    code.mov(ROWS, at(Gpr.RSP, 32));
    Ending.load(code, TABLE);
    rows();
    return code.done();
  }

  private void rows() {
    code.mov(CHANNEL, TABLE);
    code.add(CHANNEL, ByteEndTile.CHANNELS);
    Label row = code.bind(code.label());
    code.simd(SimdOp.VBROADCASTSD, FACTOR, at(CHANNEL, ByteEndTile.FACTOR));
    code.simd(SimdOp.VPBROADCASTD, BIAS, at(CHANNEL, ByteEndTile.BIAS));
    code.mov32(PLACE, 0);
    code.mov(STEP, at(Gpr.RSP, 24));
    Label step = code.bind(code.label());
    vector();
    code.add(PLACE, ByteEndTile.LANES);
    code.sub(STEP, 1);
    code.jump(ScalarOp.JNE, step);
    Label next = code.label();
    code.mov(PLACE, at(TABLE, ByteEndTile.LAST));
    code.cmp(PLACE, -1);
    code.jump(ScalarOp.JE, next);
    vector();
    code.bind(next);
    code.add(SUMS, SUMS_ROW);
    code.add(RESULT, RESULT_ROW);
    code.add(CHANNEL, ByteEndTile.CHANNEL_BYTES);
    code.sub(ROWS, 1);
    code.jump(ScalarOp.JNE, row);
    code.simd(SimdOp.VZEROUPPER);
    code.ret();
  }

  private void vector() {
    for (int half = 0; half < 2; half++) {
      Simd sums = Simd.ymm(half);
      EffectiveAddress place = at(SUMS, PLACE, Integer.BYTES, half * Simd.YMM);
      code.simd(SimdOp.VPADDD, sums, BIAS, place);
      code.simd(SimdOp.VCVTDQ2PD, Simd.zmm(half), sums);
    }
    Ending.store(code, Simd.zmm(0), Simd.zmm(1), FACTOR, at(RESULT, PLACE, 1, 0));
  }

  /// What is done with doubles that are sums, here and in other code: registers 10 to 14 hold what it needs.
  static final class Ending {
    private static final Simd MAGIC = Simd.zmm(10);
    private static final Simd LEAST = Simd.zmm(11);
    private static final Simd MOST = Simd.zmm(12);
    private static final Simd ZERO = Simd.zmm(13);
    private static final Simd LOW_HALVES = Simd.zmm(14);

    private Ending() {}

    static void load(X86Assembler code, Gpr table) {
      code.simd(SimdOp.VBROADCASTSD, MAGIC, at(table, ByteEndTile.MAGIC));
      code.simd(SimdOp.VBROADCASTSD, LEAST, at(table, ByteEndTile.LEAST));
      code.simd(SimdOp.VBROADCASTSD, MOST, at(table, ByteEndTile.MOST));
      code.simd(SimdOp.VPBROADCASTD, ZERO, at(table, ByteEndTile.ZERO));
      code.simd(SimdOp.VMOVDQU_LOAD, LOW_HALVES, at(table, ByteEndTile.LOW_HALVES));
    }

    /// Makes 16 outputs of sums as doubles, which it overwrites.
    static void store(
        X86Assembler code, Simd first, Simd second, Simd factor, EffectiveAddress place) {
      for (Simd sums : new Simd[] {first, second}) {
        code.simd(SimdOp.VFMADD213PD, sums, factor, MAGIC);
        code.simd(SimdOp.VMAXPD, sums, sums, LEAST);
        code.simd(SimdOp.VMINPD, sums, sums, MOST);
      }
      // Where doubles are the integers, the lower halves of their bits are as int32 has them.
      code.simd(SimdOp.VPERMT2D, first, LOW_HALVES, second);
      code.simd(SimdOp.VPADDD, first, first, ZERO);
      code.simd(SimdOp.VPMOVDB_STORE, place, first);
    }
  }
}
