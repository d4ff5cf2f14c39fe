package opml.twins.tile;

import static opml.twins.x86.EffectiveAddress.at;

import opml.twins.x86.Simd;
import opml.twins.x86.SimdOp;
import opml.twins.x86.X86Code;

/// Writes a [FloatDepthwiseTile].
final class FloatDepthwiseTileAssembler extends DepthwiseTileAssembler {
  private static final Simd OUTPUT = Simd.zmm(0);

  /// What the windows see of a row: their first elements, the second and the third ones.
  private static final Simd[] SEEN = {Simd.zmm(1), Simd.zmm(2), Simd.zmm(6)};

  private static final Simd BEHIND = Simd.zmm(7);
  private static final Simd EVEN = Simd.zmm(8);
  private static final Simd ODD = Simd.zmm(9);
  private static final Simd BIAS = Simd.zmm(16);
  private static final Simd LEAST = Simd.zmm(17);
  private static final Simd MOST = Simd.zmm(18);
  private static final Simd NAN = Simd.zmm(19);
  private static final Simd KINDS = Simd.zmm(20);
  private static final int WEIGHTS = 21;

  private static final int VECTOR = Simd.ZMM;

  private FloatDepthwiseTileAssembler(int stride) {
    super(stride, VECTOR);
  }

  /// {@return the code for windows that are 1 or 2 elements apart}
  static X86Code plane(int stride) {
    return new FloatDepthwiseTileAssembler(stride).function();
  }

  @Override
  void load() {
    for (int cell = 0; cell < DepthwiseTile.CELLS; cell++) {
      int place = FloatDepthwiseTile.WEIGHTS + Float.BYTES * cell;
      code.simd(SimdOp.VBROADCASTSS, Simd.zmm(WEIGHTS + cell), at(TABLE, place));
    }
    code.simd(SimdOp.VBROADCASTSS, BIAS, at(TABLE, FloatDepthwiseTile.BIAS));
    code.simd(SimdOp.VBROADCASTSS, LEAST, at(TABLE, FloatDepthwiseTile.LEAST));
    code.simd(SimdOp.VBROADCASTSS, MOST, at(TABLE, FloatDepthwiseTile.MOST));
    code.simd(SimdOp.VBROADCASTSS, NAN, at(TABLE, FloatDepthwiseTile.NAN));
    code.simd(SimdOp.VPBROADCASTD, KINDS, at(TABLE, FloatDepthwiseTile.KINDS));
    if (stride == 2) {
      code.simd(SimdOp.VMOVDQU_LOAD, EVEN, at(TABLE, FloatDepthwiseTile.EVEN));
      code.simd(SimdOp.VMOVDQU_LOAD, ODD, at(TABLE, FloatDepthwiseTile.ODD));
    }
  }

  @Override
  void see() {
    if (stride == 1) {
      for (int i = 0; i < SEEN.length; i++) {
        code.simd(SimdOp.VMOVUPS_LOAD, SEEN[i], at(FROM, Float.BYTES * i));
      }
    } else {
      code.simd(SimdOp.VMOVUPS_LOAD, BEHIND, at(FROM, VECTOR));
      code.simd(SimdOp.VMOVUPS_LOAD, SEEN[0], at(FROM));
      code.simd(SimdOp.VMOVUPS_LOAD, SEEN[1], at(FROM));
      code.simd(SimdOp.VMOVUPS_LOAD, SEEN[2], at(FROM, 2 * Float.BYTES));
      code.simd(SimdOp.VPERMT2D, SEEN[0], EVEN, BEHIND);
      code.simd(SimdOp.VPERMT2D, SEEN[1], ODD, BEHIND);
      code.simd(SimdOp.VPERMT2D, SEEN[2], EVEN, at(FROM, VECTOR + 2 * Float.BYTES));
    }
  }

  @Override
  void begin(Simd to) {
    // A product differs from an fma from +0 in the sign of 0 alone, which the bias makes good.
    code.simd(SimdOp.VMULPS, to, SEEN[0], weights(0, 0));
    for (int i = 1; i < SEEN.length; i++) {
      code.simd(SimdOp.VFMADD231PS, to, SEEN[i], weights(0, i));
    }
  }

  @Override
  void goOn(Simd to, Simd from, int row) {
    if (!to.equals(from)) {
      code.simd(SimdOp.VMOVUPS_LOAD, to, from);
    }
    for (int i = 0; i < SEEN.length; i++) {
      code.simd(SimdOp.VFMADD231PS, to, SEEN[i], weights(row, i));
    }
  }

  @Override
  void end() {
    code.simd(SimdOp.VADDPS, THIS, THIS, BIAS);
    // Of a NaN, both take the second source.
    code.simd(SimdOp.VMAXPS, THIS, LEAST, THIS);
    code.simd(SimdOp.VMINPS, THIS, MOST, THIS);
    code.simd(SimdOp.VMOVUPS_LOAD, OUTPUT, NAN);
    code.simd(SimdOp.VFIXUPIMMPS, OUTPUT, THIS, KINDS, 0);
    code.simd(SimdOp.VMOVUPS_STORE, at(TO), OUTPUT);
  }

  private static Simd weights(int row, int column) {
    return Simd.zmm(WEIGHTS + DepthwiseTile.SIDE * row + column);
  }
}
