package opml.twins.tile;

import static opml.twins.x86.EffectiveAddress.at;

import opml.twins.x86.Gpr;
import opml.twins.x86.Label;
import opml.twins.x86.ScalarOp;
import opml.twins.x86.Simd;
import opml.twins.x86.SimdOp;
import opml.twins.x86.X86Assembler;
import opml.twins.x86.X86Code;

/// Writes a [DepthwiseTile] as a function of [TileCode]'s signature, of registers of 512 bits.
///
/// Columns of 16 outputs are the outer loop, from the last to the first, and rows the inner one. Where windows are one
/// element apart, a row of the plane is part of three rows of outputs, whose sums are in flight; where they are two,
/// the last row of a window is the first one of the next.
abstract class DepthwiseTileAssembler {
  // The arguments of TileCode, after the offsets were added.
  static final Gpr TABLE = Gpr.RDI;
  private static final Gpr PLANE = Gpr.RDX;
  private static final Gpr PLANE_ROW = Gpr.R8;
  private static final Gpr RESULT = Gpr.R9;
  private static final Gpr RESULT_ROW = Gpr.RSI;
  private static final Gpr ROWS = Gpr.RCX;

  /// Where the column begins in a row of outputs.
  private static final Gpr COLUMN = Gpr.RAX;

  /// Where a row of the plane is, at the column.
  static final Gpr FROM = Gpr.R10;

  /// Where its outputs go.
  static final Gpr TO = Gpr.R11;

  /// Sums of the row that ends, of the next and of that after it.
  static final Simd THIS = Simd.zmm(3);

  private static final Simd NEXT = Simd.zmm(4);
  private static final Simd AFTER = Simd.zmm(5);

  final int stride;
  final X86Assembler code = new X86Assembler();
  private final int columnBytes;

  /// @param stride 1 or 2
  /// @param columnBytes of 16 outputs
  DepthwiseTileAssembler(int stride, int columnBytes) {
    this.stride = stride;
    this.columnBytes = columnBytes;
  }

  /// Loads what all columns have in common.
  abstract void load();

  /// Loads what 16 windows see of the row at [#FROM].
  abstract void see();

  /// `to = what sums begin with + the products of the window's first row`.
  abstract void begin(Simd to);

  /// `to = from + the products of a row of the window`.
  abstract void goOn(Simd to, Simd from, int row);

  /// Writes the outputs of [#THIS].
  abstract void end();

  final X86Code function() {
    code.add(TABLE, Gpr.RSI);
    code.add(PLANE, Gpr.RCX);
    code.mov(Gpr.RAX, at(Gpr.RSP, 8));
    code.add(RESULT, Gpr.RAX);
    code.mov(RESULT_ROW, at(Gpr.RSP, 16));
    code.mov(COLUMN, at(Gpr.RSP, 32));
    load();
    Label column = code.bind(code.label());
    code.mov(FROM, PLANE);
    for (int i = 0; i < stride; i++) {
      code.add(FROM, COLUMN);
    }
    code.mov(TO, RESULT);
    code.add(TO, COLUMN);
    code.mov(ROWS, at(Gpr.RSP, 24));
    if (stride == 1) {
      beside();
    } else {
      apart();
    }
    Label done = code.label();
    code.cmp(COLUMN, 0);
    code.jump(ScalarOp.JE, done);
    code.sub(COLUMN, columnBytes);
    code.jump(ScalarOp.JMP, column);
    code.bind(done);
    code.simd(SimdOp.VZEROUPPER);
    code.ret();
    return code.done();
  }

  private void beside() {
    seeNext();
    begin(AFTER);
    seeNext();
    goOn(NEXT, AFTER, 1);
    begin(AFTER);
    Label row = code.bind(code.label());
    seeNext();
    goOn(THIS, NEXT, 2);
    goOn(NEXT, AFTER, 1);
    begin(AFTER);
    endRow(row);
  }

  private void apart() {
    seeNext();
    Label row = code.bind(code.label());
    begin(THIS);
    seeNext();
    goOn(THIS, THIS, 1);
    seeNext();
    goOn(THIS, THIS, 2);
    endRow(row);
  }

  private void seeNext() {
    see();
    code.add(FROM, PLANE_ROW);
  }

  private void endRow(Label row) {
    end();
    code.add(TO, RESULT_ROW);
    code.sub(ROWS, 1);
    code.jump(ScalarOp.JNE, row);
  }
}
