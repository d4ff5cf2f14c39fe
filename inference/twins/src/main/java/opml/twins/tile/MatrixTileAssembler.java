package opml.twins.tile;

import static opml.twins.x86.EffectiveAddress.at;

import java.util.List;
import opml.twins.x86.AmxOp;
import opml.twins.x86.Gpr;
import opml.twins.x86.Label;
import opml.twins.x86.ScalarOp;
import opml.twins.x86.Simd;
import opml.twins.x86.SimdOp;
import opml.twins.x86.Tmm;
import opml.twins.x86.X86Assembler;
import opml.twins.x86.X86Code;

/// Writes the code of a [MatrixTile], a function of [TileCode]'s signature: the activations are those of the first
/// group of tokens, the result is behind the work area, `tokens` counts groups. Strides are constants.
///
/// First the steps of the panel are unpacked into signed bytes, for all groups. Then, group by group and step by step,
/// a matrix of activations times one of weights gives all sums of a block, which go through memory into vectors. The
/// sums of the next step are begun before those of a step are used, and have a place of their own.
final class MatrixTileAssembler {
  private static final Gpr WEIGHTS = Gpr.RDI; // until they are unpacked
  private static final Gpr SUMS = Gpr.RDI;
  private static final Gpr SUM_STRIDE = Gpr.RSI;
  private static final Gpr GROUP = Gpr.RDX;
  private static final Gpr RESULT = Gpr.R9;
  private static final Gpr TOKEN_STRIDE = Gpr.R8;
  private static final Gpr STEP = Gpr.RAX; // the unpacked one
  private static final Gpr TOKENS = Gpr.R10; // of the step
  private static final Gpr SCALES = Gpr.R11; // of the step's tokens
  private static final Gpr COUNT = Gpr.RCX;

  private static final Tmm SUM = new Tmm(0);
  private static final Tmm ROWS = new Tmm(1);
  private static final Tmm COLUMNS = new Tmm(2);

  // The work area: how large matrices are, the sums of a block, the steps.
  private static final int CONFIGURATION = 64;
  private static final int SUM_BYTES = MatrixTile.TOKENS * 4 * BlockTile.ROWS;
  private static final int STEPS_AT = CONFIGURATION + 2 * SUM_BYTES;

  /// A step: the rows' scales as floats, then eight groups of four codes of each row.
  private static final int SCALE_BYTES = 4 * BlockTile.ROWS;

  private static final int VECTOR = 4 * BlockTile.ROWS;
  private static final int GROUPS = BlockTile.BLOCK / 4;
  private static final int STEP_BYTES = SCALE_BYTES + GROUPS * VECTOR;

  static final int WORK_BYTES = STEPS_AT + MatrixTile.PIECE * STEP_BYTES;

  /// Where the arguments are that are passed on the stack.
  private static final int RESULT_AT = 8;

  private static final int STEPS = 24;
  private static final int GROUP_COUNT = 32;
  private static final int RESUME = 40;

  /// Where nibbles' values are put: in the 128 bytes below the stack that are a function's own.
  private static final int LEVELS_AT = -16;

  private final X86Assembler code = new X86Assembler();
  private final BlockType type;

  private MatrixTileAssembler(BlockType type) {
    this.type = type;
  }

  /// {@return the code of the tile of a type}
  static X86Code product(BlockType type) {
    return new MatrixTileAssembler(type).function();
  }

  private X86Code function() {
    code.add(WEIGHTS, Gpr.RSI);
    code.add(GROUP, Gpr.RCX);
    code.mov(STEP, at(Gpr.RSP, RESULT_AT));
    code.add(RESULT, STEP);
    unpack();
    code.mov(SUMS, RESULT);
    code.sub(SUMS, WORK_BYTES - CONFIGURATION);
    configure();
    code.mov32(SUM_STRIDE, VECTOR);
    code.mov32(TOKEN_STRIDE, MatrixTile.TOKEN_BYTES);

    Label group = code.bind(code.label());
    begin();
    code.mov(STEP, SUMS);
    code.add(STEP, 2 * SUM_BYTES);
    code.mov(TOKENS, GROUP);
    code.mov(SCALES, GROUP);
    code.add(SCALES, MatrixTile.SCALES_AT);
    code.mov(COUNT, at(Gpr.RSP, STEPS));
    steps();
    for (int token = 0; token < MatrixTile.TOKENS; token++) {
      code.simd(SimdOp.VMOVUPS_STORE, at(RESULT, VECTOR * token), total(token));
    }
    code.add(RESULT, VECTOR * MatrixTile.TOKENS);
    code.add(GROUP, MatrixTile.GROUP_BYTES);
    code.mov(STEP, at(Gpr.RSP, GROUP_COUNT));
    code.sub(STEP, 1);
    code.mov32(at(Gpr.RSP, GROUP_COUNT), STEP);
    code.jump(ScalarOp.JNE, group);
    code.amx(AmxOp.TILERELEASE);
    code.simd(SimdOp.VZEROUPPER);
    code.ret();
    return code.done();
  }

  /// Unpacks all steps into the work area.
  private void unpack() {
    Simd scale = Simd.zmm(0);
    Simd codes = Simd.zmm(1);
    Simd upper = Simd.zmm(2);
    Simd constant = Simd.zmm(3); // signs, or a mask
    Simd levels = Simd.zmm(4);
    boolean nibbles = type == BlockType.Q4_0;
    code.mov32(STEP, nibbles ? 0x0F0F_0F0F : (int) Swar.SIGNS);
    code.simd(SimdOp.VMOVD, constant.xmm(), STEP);
    code.simd(SimdOp.VPBROADCASTD, constant, constant.xmm());
    if (nibbles) {
      List<Integer> fours = List.of(0xFBFA_F9F8, 0xFFFE_FDFC, 0x0302_0100, 0x0706_0504);
      for (int i = 0; i < fours.size(); i++) {
        code.mov32(STEP, fours.get(i));
        code.mov32(at(Gpr.RSP, LEVELS_AT + Integer.BYTES * i), STEP);
      }
      code.simd(SimdOp.VBROADCASTI128, levels, at(Gpr.RSP, LEVELS_AT));
    }
    code.mov(STEP, RESULT);
    code.sub(STEP, WORK_BYTES - STEPS_AT);
    code.mov(COUNT, at(Gpr.RSP, STEPS));
    int packedBytes = type.packedBytes(TileForm.AMX);
    Label next = code.bind(code.label());
    for (int line = 0; line < packedBytes; line += 64) {
      code.prefetch(at(WEIGHTS, MatrixTile.PIECE * packedBytes + line)); // comes while tokens pass
    }
    code.simd(SimdOp.VCVTPH2PS, scale, at(WEIGHTS));
    code.simd(SimdOp.VMOVUPS_STORE, at(STEP), scale);
    int packedVectors = nibbles ? GROUPS / 2 : GROUPS;
    for (int i = 0; i < packedVectors; i++) {
      code.simd(SimdOp.VMOVDQU_LOAD, codes, at(WEIGHTS, BlockType.SCALE_BYTES + VECTOR * i));
      if (nibbles) {
        code.simd(SimdOp.VPSRLD, upper, codes, 4);
        code.simd(SimdOp.VPAND, upper, upper, constant);
        code.simd(SimdOp.VPSHUFB, upper, levels, upper);
        code.simd(SimdOp.VMOVDQU_STORE, at(STEP, SCALE_BYTES + VECTOR * (GROUPS / 2 + i)), upper);
        code.simd(SimdOp.VPAND, codes, codes, constant);
        code.simd(SimdOp.VPSHUFB, codes, levels, codes);
      } else {
        code.simd(SimdOp.VPXOR, codes, codes, constant);
      }
      code.simd(SimdOp.VMOVDQU_STORE, at(STEP, SCALE_BYTES + VECTOR * i), codes);
    }
    code.add(WEIGHTS, packedBytes);
    code.add(STEP, STEP_BYTES);
    code.sub(COUNT, 1);
    code.jump(ScalarOp.JNE, next);
  }

  /// How many rows the matrices have, and bytes of a row (SDM volume 1, 18.2).
  private void configure() {
    Simd zero = Simd.zmm(0);
    code.simd(SimdOp.VPXOR, zero, zero, zero);
    code.simd(SimdOp.VMOVDQU_STORE, at(SUMS, -CONFIGURATION), zero);
    configure(0, 1); // the palette
    int rowBytesAt = 16;
    configure(rowBytesAt, VECTOR | BlockTile.BLOCK << Short.SIZE);
    configure(rowBytesAt + Integer.BYTES, VECTOR);
    int rowsAt = 48;
    configure(rowsAt, MatrixTile.TOKENS | MatrixTile.TOKENS << Byte.SIZE | GROUPS << Short.SIZE);
    code.amx(AmxOp.LDTILECFG, at(SUMS, -CONFIGURATION));
  }

  private void configure(int at, int value) {
    code.mov32(STEP, value);
    code.mov32(at(SUMS, at - CONFIGURATION), STEP);
  }

  /// The group's results begin with +0, or with what stands there.
  private void begin() {
    Label resume = code.label();
    Label end = code.label();
    code.mov(STEP, at(Gpr.RSP, RESUME));
    code.cmp(STEP, 0);
    code.jump(ScalarOp.JNE, resume);
    for (int token = 0; token < MatrixTile.TOKENS; token++) {
      code.simd(SimdOp.VPXOR, total(token), total(token), total(token));
    }
    code.jump(ScalarOp.JMP, end);
    code.bind(resume);
    for (int token = 0; token < MatrixTile.TOKENS; token++) {
      code.simd(SimdOp.VMOVUPS_LOAD, total(token), at(RESULT, VECTOR * token));
    }
    code.bind(end);
  }

  /// Two in a turn, because their sums have two places.
  private void steps() {
    Label turn = code.label();
    Label end = code.label();
    List<Label> last = List.of(code.label(), code.label());
    multiply(0, 0);
    code.bind(turn);
    for (int odd = 0; odd < 2; odd++) {
      code.sub(COUNT, 1);
      code.jump(ScalarOp.JE, last.get(odd));
      multiply(1, 1 - odd);
      scale(odd);
      code.add(STEP, STEP_BYTES);
      code.add(TOKENS, BlockTile.BLOCK);
      code.add(SCALES, Float.BYTES * MatrixTile.TOKENS);
    }
    code.jump(ScalarOp.JMP, turn);
    code.bind(last.get(0));
    scale(0);
    code.jump(ScalarOp.JMP, end);
    code.bind(last.get(1));
    scale(1);
    code.bind(end);
  }

  /// Makes the sums of a step.
  ///
  /// @param ahead steps behind the one at which the registers stand
  private void multiply(int ahead, int odd) {
    int tokensAt = BlockTile.BLOCK * ahead;
    int weightsAt = STEP_BYTES * ahead + SCALE_BYTES;
    code.amx(AmxOp.TILEZERO, SUM);
    code.amx(AmxOp.TILELOADD, ROWS, at(TOKENS, TOKEN_STRIDE, 1, tokensAt));
    code.amx(AmxOp.TILELOADD, COLUMNS, at(STEP, SUM_STRIDE, 1, weightsAt));
    code.amx(AmxOp.TDPBSSD, SUM, ROWS, COLUMNS);
    code.amx(AmxOp.TILESTORED, at(SUMS, SUM_STRIDE, 1, SUM_BYTES * odd), SUM);
  }

  /// Adds the sums of a step to the results.
  private void scale(int odd) {
    Simd scale = Simd.zmm(0);
    code.simd(SimdOp.VMOVUPS_LOAD, scale, at(STEP));
    for (int token = 0; token < MatrixTile.TOKENS; token++) {
      Simd product = Simd.zmm(1 + token % 4);
      Simd sum = Simd.zmm(5 + token % 4);
      code.simd(SimdOp.VMULPS, product, scale, at(SCALES, Float.BYTES * token).everyLane());
      code.simd(SimdOp.VCVTDQ2PS, sum, at(SUMS, SUM_BYTES * odd + VECTOR * token));
      code.simd(SimdOp.VFMADD231PS, total(token), sum, product);
    }
  }

  private static Simd total(int token) {
    return Simd.zmm(16 + token);
  }
}
