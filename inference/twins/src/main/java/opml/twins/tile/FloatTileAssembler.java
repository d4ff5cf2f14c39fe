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

/// Writes the two forms of a [FloatTile], as functions of [TileCode]'s signature: where the vectors of b are a constant
/// distance apart, and where a table says it.
///
/// A function has a body for each number of rows. Twelve accumulators are in flight, or ten for five rows: an fma takes
/// four cycles and two begin in each. Accumulator (row, vector) is register `row · vectors + vector`;
/// b's vectors and the spread elements of a follow.
final class FloatTileAssembler {
  // The arguments of TileCode, after the offsets were added.
  private static final Gpr LEFT = Gpr.RDI;
  private static final Gpr RIGHT = Gpr.RDX;

  /// The end of the table, or bytes from one k's vectors to the next ones.
  private static final Gpr TABLE = Gpr.R8;

  private static final Gpr RESULT = Gpr.R9;
  private static final Gpr RESULT_ROW = Gpr.RSI;

  /// Counts from minus the steps up to 0, so that it is an index into the table before its end.
  private static final Gpr STEP = Gpr.RCX;

  private static final Gpr STRIPS = Gpr.R11;
  private static final Gpr LEFT_NOW = Gpr.R10;

  /// First the number of rows; then where b's vectors are; then where a row of the result is.
  private static final Gpr PLACE = Gpr.RAX;

  private final TileForm form;
  private final boolean byTable;
  private final X86Assembler code = new X86Assembler();

  private FloatTileAssembler(TileForm form, boolean byTable) {
    this.form = form;
    this.byTable = byTable;
  }

  /// {@return the code for vectors of b that are a constant distance apart}
  static X86Code apart(TileForm form) {
    return new FloatTileAssembler(form, false).function();
  }

  /// {@return the code for vectors of b whose places a table of int64 has}
  static X86Code byTable(TileForm form) {
    return new FloatTileAssembler(form, true).function();
  }

  private X86Code function() {
    if (byTable) {
      code.add(TABLE, LEFT);
    }
    code.add(LEFT, Gpr.RSI);
    code.add(RIGHT, Gpr.RCX);
    code.mov(PLACE, at(Gpr.RSP, 8));
    code.add(RESULT, PLACE);
    code.mov(RESULT_ROW, at(Gpr.RSP, 16));
    code.mov(PLACE, at(Gpr.RSP, 32));
    code.mov(STRIPS, at(Gpr.RSP, 40));
    Label[] bodies = new Label[FloatTile.ROWS];
    for (int rows = FloatTile.ROWS; rows > 0; rows--) {
      bodies[rows - 1] = code.label();
      code.cmp(PLACE, rows);
      code.jump(ScalarOp.JE, bodies[rows - 1]);
    }
    code.ret();
    for (int rows = FloatTile.ROWS; rows > 0; rows--) {
      code.bind(bodies[rows - 1]);
      body(rows);
      code.simd(SimdOp.VZEROUPPER);
      code.ret();
    }
    return code.done();
  }

  private void body(int rows) {
    int vectors = FloatTile.vectors(rows);
    Label strip = code.bind(code.label());
    for (int i = 0; i < rows * vectors; i++) {
      Simd sum = form.register(i);
      code.simd(SimdOp.VPXOR, sum, sum, sum);
    }
    code.mov(LEFT_NOW, LEFT);
    code.mov(STEP, at(Gpr.RSP, 24));
    code.mov(PLACE, RIGHT);
    Label step = code.bind(code.label());
    if (byTable) {
      code.mov(PLACE, at(TABLE, STEP, Long.BYTES, 0));
      code.add(PLACE, RIGHT);
    }
    if (rows > vectors) {
      byRows(rows, vectors);
    } else {
      byVectors(rows, vectors);
    }
    if (!byTable) {
      code.add(PLACE, TABLE);
    }
    code.add(LEFT_NOW, rows * Float.BYTES);
    code.add(STEP, 1);
    code.jump(ScalarOp.JNE, step);

    code.mov(PLACE, RESULT);
    for (int row = 0; row < rows; row++) {
      if (row > 0) {
        code.add(PLACE, RESULT_ROW);
      }
      for (int vector = 0; vector < vectors; vector++) {
        Simd sum = form.register(row * vectors + vector);
        code.simd(SimdOp.VMOVUPS_STORE, at(PLACE, vector * form.vectorBytes), sum);
      }
    }
    code.add(RESULT, vectors * form.vectorBytes);
    code.add(RIGHT, vectors * form.vectorBytes);
    code.sub(STRIPS, 1);
    code.jump(ScalarOp.JNE, strip);
  }

  /// The few vectors of b in registers, and one element of a after the other.
  private void byRows(int rows, int vectors) {
    int right = rows * vectors;
    Simd left = form.register(right + vectors);
    for (int vector = 0; vector < vectors; vector++) {
      EffectiveAddress place = at(PLACE, vector * form.vectorBytes);
      code.simd(SimdOp.VMOVUPS_LOAD, form.register(right + vector), place);
    }
    for (int row = 0; row < rows; row++) {
      code.simd(SimdOp.VBROADCASTSS, left, at(LEFT_NOW, row * Float.BYTES));
      for (int vector = 0; vector < vectors; vector++) {
        Simd sum = form.register(row * vectors + vector);
        code.simd(SimdOp.VFMADD231PS, sum, left, form.register(right + vector));
      }
    }
  }

  /// The few elements of a in registers, and one vector of b after the other.
  private void byVectors(int rows, int vectors) {
    Simd right = form.register(rows * vectors + rows);
    for (int row = 0; row < rows; row++) {
      Simd left = form.register(rows * vectors + row);
      code.simd(SimdOp.VBROADCASTSS, left, at(LEFT_NOW, row * Float.BYTES));
    }
    for (int vector = 0; vector < vectors; vector++) {
      code.simd(SimdOp.VMOVUPS_LOAD, right, at(PLACE, vector * form.vectorBytes));
      for (int row = 0; row < rows; row++) {
        Simd sum = form.register(row * vectors + vector);
        code.simd(SimdOp.VFMADD231PS, sum, form.register(rows * vectors + row), right);
      }
    }
  }
}
