package opml.twins.tile;

import static opml.twins.x86.EffectiveAddress.at;

import opml.twins.call.BlockFormat;
import opml.twins.x86.Gpr;
import opml.twins.x86.Label;
import opml.twins.x86.ScalarOp;
import opml.twins.x86.Simd;
import opml.twins.x86.SimdOp;
import opml.twins.x86.X86Assembler;
import opml.twins.x86.X86Code;

/// Writes the code that packs blocks of tokens for tiles with VNNI, as [BlockTile#packToken] does, which is normative:
/// every thread packs all tokens for its panels, so Java's loop took a fifth of a prompt's time.
///
/// It is a function of [TileCode]'s signature: the first place is that of integers, the second that of scales, the
/// result that of packed blocks, and a step is a block. With bytes as they are, only their sums are to be had, those of
/// either half and of both.
final class TokenPackAssembler {
  private static final Gpr INTEGERS = Gpr.RDI;
  private static final Gpr SCALES = Gpr.RDX;
  private static final Gpr PACKED = Gpr.R9;
  private static final Gpr BLOCKS = Gpr.RCX;
  private static final Gpr FREE = Gpr.RAX;

  private static final Simd FIRST = xmm(0); // the first half, then its sums
  private static final Simd SECOND = xmm(1);
  private static final Simd HALVES = xmm(2); // the sums of both halves
  private static final Simd WHOLE = xmm(3); // the sum of all
  private static final Simd PART = xmm(4);
  private static final Simd ONE_BYTES = xmm(5);
  private static final Simd ONE_WORDS = xmm(6);
  private static final Simd START = xmm(7); // what a sum is multiplied by to start with

  private final X86Assembler code = new X86Assembler();
  private final BlockType type;
  private final boolean planes;

  private TokenPackAssembler(TileForm form, BlockType type) {
    if (!form.isVnni()) {
      throw new IllegalArgumentException(form + " has no bytes of tokens");
    }
    this.type = type;
    this.planes = type.hasPlanes(form);
  }

  private static Simd xmm(int number) {
    return new Simd(Simd.XMM, number);
  }

  /// {@return the code that packs for the tile of a type}
  static X86Code packing(TileForm form, BlockType type) {
    return new TokenPackAssembler(form, type).function(BlockTile.tokenBytes(form, type));
  }

  private X86Code function(int packedBytes) {
    code.add(INTEGERS, Gpr.RSI);
    code.add(SCALES, Gpr.RCX);
    code.mov(FREE, at(Gpr.RSP, 8));
    code.add(PACKED, FREE);
    code.mov(BLOCKS, at(Gpr.RSP, 24));
    constant(ONE_BYTES, 0x0101_0101);
    constant(ONE_WORDS, 0x0001_0001);
    constant(START, BlockTile.startOfOne(type, planes));
    Label next = code.bind(code.label());
    int header = packedBytes - BlockTile.BLOCK;
    code.simd(SimdOp.VMOVDQU_LOAD, FIRST, at(INTEGERS));
    code.simd(SimdOp.VMOVDQU_LOAD, SECOND, at(INTEGERS, Simd.XMM));
    code.simd(SimdOp.VMOVDQU_STORE, at(PACKED, header), FIRST);
    code.simd(SimdOp.VMOVDQU_STORE, at(PACKED, header + Simd.XMM), SECOND);
    sum(FIRST);
    sum(SECOND);
    code.simd(SimdOp.VPHADDD, HALVES, FIRST, SECOND);
    code.simd(SimdOp.VPHADDD, HALVES, HALVES, HALVES);
    code.simd(SimdOp.VPHADDD, WHOLE, HALVES, HALVES);
    if (planes) {
      startOfPlanes();
    } else {
      code.simd(SimdOp.VPMULLD, PART, WHOLE, START);
      code.simd(SimdOp.VMOVD_STORE, at(PACKED), PART);
    }
    code.simd(SimdOp.VMOVD, PART, at(SCALES));
    code.simd(SimdOp.VMOVD_STORE, at(PACKED, header - Float.BYTES), PART);
    code.add(INTEGERS, BlockTile.BLOCK);
    code.add(SCALES, Float.BYTES);
    code.add(PACKED, packedBytes);
    code.sub(BLOCKS, 1);
    code.jump(ScalarOp.JNE, next);
    code.ret();
    return code.done();
  }

  private void constant(Simd to, int value) {
    code.mov32(FREE, value);
    code.simd(SimdOp.VMOVD, to, FREE);
    code.simd(SimdOp.VPBROADCASTD, to, to);
  }

  /// Adds up fours of signed bytes.
  private void sum(Simd half) {
    code.simd(SimdOp.VPMADDUBSW, half, ONE_BYTES, half);
    code.simd(SimdOp.VPMADDWD, half, half, ONE_WORDS);
  }

  /// Two starts, then what a minimum multiplies.
  private void startOfPlanes() {
    code.simd(SimdOp.VPMULLD, PART, HALVES, START);
    code.simd(SimdOp.VMOVDQU_STORE, at(PACKED), PART);
    if (type.format.scales() != 2) {
      code.simd(SimdOp.VPMULLD, PART, WHOLE, START);
      code.simd(SimdOp.VMOVD_STORE, at(PACKED), PART);
    }
    if (type.format.minima() == BlockFormat.Minima.HALVES) {
      code.simd(SimdOp.VPACKSSDW, PART, HALVES, HALVES);
    } else {
      code.simd(SimdOp.VCVTDQ2PS, PART, WHOLE);
    }
    code.simd(SimdOp.VMOVD_STORE, at(PACKED, PlaneTileAssembler.ALL), PART);
  }
}
