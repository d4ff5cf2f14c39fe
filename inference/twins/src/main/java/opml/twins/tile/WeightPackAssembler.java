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

/// Writes the code that packs a panel of Q8_0 or Q4_0 for tiles with VNNI, as [BlockTile#packWeights] does, which is
/// normative: a model has billions of weights, and nobody gets a first token before all were packed.
///
/// It is a function of [TileCode]'s signature: the first place is that of rows in a file, the activations' stride that
/// from row to row, and the result the panel. Rows are taken by fours, of which each sixteen bytes are a square of
/// words that is turned.
final class WeightPackAssembler {
  private static final Gpr FILE = Gpr.RDI;
  private static final Gpr STRIDE = Gpr.R8;
  private static final Gpr PANEL = Gpr.R9;
  private static final Gpr FIRST = Gpr.RDX; // the first row of four, in a step
  private static final Gpr SECOND = Gpr.RSI;
  private static final Gpr PACKED = Gpr.R10;
  private static final Gpr STEPS = Gpr.RCX;
  private static final Gpr FREE = Gpr.RAX;

  private static final int FOUR = 4;
  private static final Simd SIGNS = xmm(15);

  private final X86Assembler code = new X86Assembler();
  private final BlockType type;

  private WeightPackAssembler(BlockType type) {
    this.type = type;
  }

  /// {@return whether there is such code}
  static boolean isFor(TileForm form, BlockType type) {
    return form.isVnni() && (type == BlockType.Q8_0 || type == BlockType.Q4_0);
  }

  /// {@return the code that packs weights of a type}
  static X86Code packing(TileForm form, BlockType type) {
    if (!isFor(form, type)) {
      throw new IllegalArgumentException("%s of %s is packed by Java".formatted(type, form));
    }
    return new WeightPackAssembler(type).function();
  }

  private static Simd xmm(int number) {
    return new Simd(Simd.XMM, number);
  }

  private X86Code function() {
    code.add(FILE, Gpr.RSI);
    code.mov(FREE, at(Gpr.RSP, 8));
    code.add(PANEL, FREE);
    if (type == BlockType.Q8_0) {
      code.mov32(FREE, (int) Swar.SIGNS);
      code.simd(SimdOp.VMOVD, SIGNS, FREE);
      code.simd(SimdOp.VPBROADCASTD, SIGNS, SIGNS);
    }
    for (int four = 0; four < BlockTile.ROWS / FOUR; four++) {
      rows(four);
      for (int i = 0; i < FOUR; i++) {
        code.add(FILE, STRIDE);
      }
    }
    code.ret();
    return code.done();
  }

  /// Packs four rows.
  private void rows(int four) {
    code.mov(FIRST, FILE);
    code.mov(SECOND, FILE);
    code.add(SECOND, STRIDE);
    code.mov(PACKED, PANEL);
    code.mov(STEPS, at(Gpr.RSP, 24));
    Label next = code.bind(code.label());
    scales(BlockType.SCALE_BYTES / FOUR * four);
    int quants = type.packedBytes(TileForm.AVX512_VNNI) - BlockType.SCALE_BYTES;
    for (int from = 0; from < quants / BlockTile.ROWS; from += Simd.XMM) {
      square(Short.BYTES + from, BlockType.SCALE_BYTES + from * BlockTile.ROWS + Simd.XMM * four);
    }
    code.add(FIRST, type.file.bytes());
    code.add(SECOND, type.file.bytes());
    code.add(PACKED, BlockType.SCALE_BYTES + quants);
    code.sub(STEPS, 1);
    code.jump(ScalarOp.JNE, next);
  }

  /// {@return a place in one of the four rows}
  private static EffectiveAddress row(int number, int displacement) {
    return switch (number) {
      case 0 -> at(FIRST, displacement);
      case 1 -> at(FIRST, STRIDE, 1, displacement);
      case 2 -> at(FIRST, STRIDE, 2, displacement);
      default -> at(SECOND, STRIDE, 2, displacement);
    };
  }

  /// Two halves at a time: of the first two rows, then of the others.
  private void scales(int to) {
    for (int pair = 0; pair < 2; pair++) {
      code.simd(SimdOp.VMOVD, xmm(0), row(2 * pair, 0));
      code.simd(SimdOp.VMOVD, xmm(1), row(2 * pair + 1, 0));
      code.simd(SimdOp.VPUNPCKLWD, xmm(0), xmm(0), xmm(1));
      code.simd(SimdOp.VMOVD_STORE, at(PACKED, to + Integer.BYTES * pair), xmm(0));
    }
  }

  /// Turns four words of four rows: the words of one place come together.
  private void square(int from, int to) {
    for (int row = 0; row < FOUR; row++) {
      code.simd(SimdOp.VMOVDQU_LOAD, xmm(row), row(row, from));
      if (type == BlockType.Q8_0) {
        code.simd(SimdOp.VPXOR, xmm(row), xmm(row), SIGNS);
      }
    }
    code.simd(SimdOp.VPUNPCKLDQ, xmm(4), xmm(0), xmm(2));
    code.simd(SimdOp.VPUNPCKLDQ, xmm(5), xmm(1), xmm(3));
    code.simd(SimdOp.VPUNPCKHDQ, xmm(6), xmm(0), xmm(2));
    code.simd(SimdOp.VPUNPCKHDQ, xmm(7), xmm(1), xmm(3));
    for (int word = 0; word < FOUR; word++) {
      SimdOp half = word % 2 == 0 ? SimdOp.VPUNPCKLDQ : SimdOp.VPUNPCKHDQ;
      int source = 4 + word / 2 * 2;
      code.simd(half, xmm(8), xmm(source), xmm(source + 1));
      code.simd(SimdOp.VMOVDQU_STORE, at(PACKED, to + FOUR * BlockTile.ROWS * word), xmm(8));
    }
  }
}
