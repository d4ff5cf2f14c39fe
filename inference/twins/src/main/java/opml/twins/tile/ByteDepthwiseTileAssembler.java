package opml.twins.tile;

import static opml.twins.x86.EffectiveAddress.at;

import opml.twins.x86.Simd;
import opml.twins.x86.SimdOp;
import opml.twins.x86.X86Code;

/// Writes a [ByteDepthwiseTile].
final class ByteDepthwiseTileAssembler extends DepthwiseTileAssembler {
  private static final Simd LOW = Simd.zmm(0);
  private static final Simd HIGH = Simd.zmm(1);
  private static final Simd SPREAD = Simd.zmm(2);

  // 10 to 14 belong to the ending
  private static final Simd FACTOR = Simd.zmm(8);
  private static final Simd BIAS = Simd.zmm(9);
  private static final Simd GROUPS = Simd.zmm(15);
  private static final Simd PATTERN = Simd.zmm(16);
  private static final Simd UPPER_HALF = Simd.zmm(17);
  private static final int WEIGHTS = 18;

  private ByteDepthwiseTileAssembler(int stride) {
    super(stride, DepthwiseTile.LANES);
  }

  /// {@return the code for windows that are 1 or 2 elements apart}
  static X86Code plane(int stride) {
    return new ByteDepthwiseTileAssembler(stride).function();
  }

  @Override
  void load() {
    ByteEndTileAssembler.Ending.load(code, TABLE);
    code.simd(SimdOp.VBROADCASTSD, FACTOR, at(TABLE, ByteEndTile.CHANNELS + ByteEndTile.FACTOR));
    code.simd(SimdOp.VPBROADCASTD, BIAS, at(TABLE, ByteEndTile.CHANNELS + ByteEndTile.BIAS));
    code.simd(SimdOp.VMOVDQU_LOAD, GROUPS, at(TABLE, ByteDepthwiseTile.GROUPS));
    code.simd(SimdOp.VMOVDQU_LOAD, PATTERN, at(TABLE, ByteDepthwiseTile.SPREAD));
    code.simd(SimdOp.VMOVDQU_LOAD, UPPER_HALF, at(TABLE, ByteDepthwiseTile.UPPER_HALF));
    for (int row = 0; row < DepthwiseTile.SIDE; row++) {
      int place = ByteDepthwiseTile.WEIGHTS + Integer.BYTES * row;
      code.simd(SimdOp.VPBROADCASTD, weights(row), at(TABLE, place));
    }
  }

  /// Four bytes for each window.
  @Override
  void see() {
    code.simd(SimdOp.VPERMD, SPREAD, GROUPS, at(FROM));
    code.simd(SimdOp.VPSHUFB, SPREAD, SPREAD, PATTERN);
  }

  @Override
  void begin(Simd to) {
    goOn(to, BIAS, 0);
  }

  @Override
  void goOn(Simd to, Simd from, int row) {
    if (!to.equals(from)) {
      code.simd(SimdOp.VMOVDQU_LOAD, to, from);
    }
    code.simd(SimdOp.VPDPBUSD, to, SPREAD, weights(row));
  }

  @Override
  void end() {
    code.simd(SimdOp.VPERMD, HIGH, UPPER_HALF, THIS);
    code.simd(SimdOp.VCVTDQ2PD, LOW, new Simd(Simd.YMM, THIS.number()));
    code.simd(SimdOp.VCVTDQ2PD, HIGH, new Simd(Simd.YMM, HIGH.number()));
    ByteEndTileAssembler.Ending.store(code, LOW, HIGH, FACTOR, at(TO));
  }

  private static Simd weights(int row) {
    return Simd.zmm(WEIGHTS + row);
  }
}
