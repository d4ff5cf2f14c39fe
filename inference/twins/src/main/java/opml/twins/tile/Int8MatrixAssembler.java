package opml.twins.tile;

import static opml.twins.x86.EffectiveAddress.at;

import opml.twins.x86.AmxOp;
import opml.twins.x86.Gpr;
import opml.twins.x86.Label;
import opml.twins.x86.ScalarOp;
import opml.twins.x86.Simd;
import opml.twins.x86.SimdOp;
import opml.twins.x86.Tmm;
import opml.twins.x86.X86Assembler;
import opml.twins.x86.X86Code;

/// Writes the code of an [Int8Matrices], a function of [TileCode]'s signature: `steps` are those of 64 elements but the
/// last, `tokens` counts groups, `resume` is how many tokens they have. The result begins with how large matrices are.
///
/// First all sums get what their rows and tokens start with. Then, group by group, matrices of activations times
/// matrices of weights are added to them, 64 elements at a time, and the last ones by matrices of their own size.
final class Int8MatrixAssembler {
  private static final Gpr WEIGHTS = Gpr.RDI;
  private static final Gpr ACTIVATIONS = Gpr.RDX;
  private static final Gpr ACTIVATION_STRIDE = Gpr.R8;
  private static final Gpr RESULT = Gpr.R9;
  private static final Gpr RESULT_STRIDE = Gpr.RSI;
  private static final Gpr ROWS = Gpr.R10; // the weights that come next
  private static final Gpr TOKENS = Gpr.R11; // the activations that come next
  private static final Gpr GROUP_STRIDE = Gpr.RAX;
  private static final Gpr COUNT = Gpr.RCX;

  // Arguments on the stack.
  private static final int RESULT_AT = 8;
  private static final int RESULT_STRIDE_AT = 16;
  private static final int STEPS = 24;
  private static final int GROUPS = 32;
  private static final int ALL_TOKENS = 40;

  /// Matrices side by side: half of a panel's rows each.
  private static final int HALVES = 2;

  private final X86Assembler code = new X86Assembler();

  private Int8MatrixAssembler() {}

  /// {@return the code}
  static X86Code product() {
    return new Int8MatrixAssembler().function();
  }

  private X86Code function() {
    code.add(WEIGHTS, Gpr.RSI);
    code.add(ACTIVATIONS, Gpr.RCX);
    code.mov(GROUP_STRIDE, at(Gpr.RSP, RESULT_AT));
    code.add(RESULT, GROUP_STRIDE);
    code.mov(RESULT_STRIDE, at(Gpr.RSP, RESULT_STRIDE_AT));
    code.amx(AmxOp.LDTILECFG, at(RESULT));
    start();
    Label group = code.bind(code.label());
    for (int half = 0; half < HALVES; half++) {
      code.amx(AmxOp.TILELOADD, sum(half), at(RESULT, RESULT_STRIDE, 1, Simd.ZMM * half));
    }
    code.mov(ROWS, WEIGHTS);
    code.add(ROWS, HALVES * Simd.ZMM);
    code.mov(TOKENS, ACTIVATIONS);
    code.add(TOKENS, Int8Tile.TOKEN_START_BYTES);
    code.mov32(GROUP_STRIDE, HALVES * Simd.ZMM);
    steps();
    for (int half = 0; half < HALVES; half++) {
      code.amx(AmxOp.TILESTORED, at(RESULT, RESULT_STRIDE, 1, Simd.ZMM * half), sum(half));
    }
    advance(ACTIVATIONS, ACTIVATION_STRIDE);
    advance(RESULT, RESULT_STRIDE);
    code.mov(COUNT, at(Gpr.RSP, GROUPS));
    code.sub(COUNT, 1);
    code.mov32(at(Gpr.RSP, GROUPS), COUNT);
    code.jump(ScalarOp.JNE, group);
    code.amx(AmxOp.TILERELEASE);
    code.simd(SimdOp.VZEROUPPER);
    code.ret();
    return code.done();
  }

  /// Sums begin with what the row and what the token starts with.
  private void start() {
    code.mov(TOKENS, ACTIVATIONS);
    code.mov(ROWS, RESULT);
    code.mov(COUNT, at(Gpr.RSP, ALL_TOKENS));
    for (int half = 0; half < HALVES; half++) {
      code.simd(SimdOp.VMOVDQU_LOAD, Simd.zmm(half), at(WEIGHTS, Simd.ZMM * half));
    }
    Label token = code.bind(code.label());
    for (int half = 0; half < HALVES; half++) {
      Simd both = Simd.zmm(HALVES + half);
      code.simd(SimdOp.VPADDD, both, Simd.zmm(half), at(TOKENS).everyLane());
      code.simd(SimdOp.VMOVDQU_STORE, at(ROWS, Simd.ZMM * half), both);
    }
    code.add(TOKENS, ACTIVATION_STRIDE);
    code.add(ROWS, RESULT_STRIDE);
    code.sub(COUNT, 1);
    code.jump(ScalarOp.JNE, token);
  }

  private void steps() {
    Label last = code.label();
    code.mov(COUNT, at(Gpr.RSP, STEPS));
    code.cmp(COUNT, 0);
    code.jump(ScalarOp.JE, last);
    Label step = code.bind(code.label());
    multiply(Int8Matrices.FULL);
    code.add(TOKENS, Int8Matrices.STEP);
    code.add(ROWS, HALVES * Int8Matrices.GROUP * Simd.ZMM);
    code.sub(COUNT, 1);
    code.jump(ScalarOp.JNE, step);
    code.bind(last);
    multiply(Int8Matrices.LAST);
  }

  /// @param matrices the first of those that are multiplied: activations, then weights
  private void multiply(int matrices) {
    Tmm tokens = new Tmm(matrices);
    code.amx(AmxOp.TILELOADD, tokens, at(TOKENS, ACTIVATION_STRIDE, 1, 0));
    for (int half = 0; half < HALVES; half++) {
      Tmm weights = new Tmm(matrices + 1 + half);
      code.amx(AmxOp.TILELOADD, weights, at(ROWS, GROUP_STRIDE, 1, Simd.ZMM * half));
      code.amx(AmxOp.TDPBSUD, sum(half), tokens, weights);
    }
  }

  private static Tmm sum(int half) {
    return new Tmm(half);
  }

  /// Goes on by the tokens of a group.
  private void advance(Gpr place, Gpr stride) {
    code.mov(COUNT, stride);
    for (int tokens = 1; tokens < Int8Matrices.GROUP; tokens *= 2) {
      code.add(COUNT, COUNT);
    }
    code.add(place, COUNT);
  }
}
