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

/// Writes a [StripTile] as a function of [TileCode]'s signature, with a body for each number of rows. Accumulator (row,
/// vector) is register `row · 2 + vector`; b's vectors and the spread element of a follow.
final class StripTileAssembler {
  // The arguments of TileCode, after the offsets were added.
  private static final Gpr RIGHT = Gpr.RDX;
  private static final Gpr LEFT_ROW = Gpr.R8;
  private static final Gpr RESULT = Gpr.R9;
  private static final Gpr RESULT_ROW = Gpr.RSI;

  /// What is asked for while tiles pass; then where a row of the result is.
  private static final Gpr PLACE = Gpr.RCX;

  /// Counts down.
  private static final EffectiveAddress STEPS = at(Gpr.RSP, 24);

  /// Where every third row of a is: an address has room for two more, by its index.
  private static final Gpr[] LEFT = {Gpr.RDI, Gpr.R10, Gpr.R11, Gpr.RAX};

  private static final int ROWS_OF_A_BASE = 3;

  /// Bytes of a cache line.
  private static final int LINE = 64;

  /// Products of a whole chunk: so far behind lies what this strip, or the next, has in the next chunk.
  private static final int CHUNK = 256;

  /// How far behind lies what a packed a will soon be, some 300 ns.
  private static final int AHEAD = 4096;

  /// What a share of what comes moves on by when a row of a does by one byte.
  private static final int SHARE = StripTile.SHARE / Float.BYTES;

  /// How a lies, and what is asked for while tiles pass.
  private enum Kind {
    /// Rows of a where they are; all of the next chunk of b.
    OF_FEW,
    /// Rows of a where they are; a share of what comes.
    OF_MANY,
    /// a packed; what comes behind it.
    OF_PACKED
  }

  private final TileForm form;
  private final Kind kind;
  private final int width;
  private final X86Assembler code = new X86Assembler();

  private StripTileAssembler(TileForm form, Kind kind) {
    this.form = form;
    this.kind = kind;
    this.width = StripTile.VECTORS * form.vectorBytes;
  }

  /// {@return the code for strips that few tiles pass: each asks for all of the next chunk}
  static X86Code ofFew(TileForm form) {
    return new StripTileAssembler(form, Kind.OF_FEW).function();
  }

  /// {@return the code for strips that many tiles pass: each asks for its share of what comes}
  static X86Code ofMany(TileForm form) {
    return new StripTileAssembler(form, Kind.OF_MANY).function();
  }

  /// {@return the code for rows that are packed}
  static X86Code ofPacked(TileForm form) {
    return new StripTileAssembler(form, Kind.OF_PACKED).function();
  }

  private X86Code function() {
    code.add(LEFT[0], Gpr.RSI);
    code.add(RIGHT, Gpr.RCX);
    code.mov(Gpr.RAX, at(Gpr.RSP, 8));
    code.add(RESULT, Gpr.RAX);
    code.mov(RESULT_ROW, at(Gpr.RSP, 16));
    code.mov(Gpr.RAX, at(Gpr.RSP, 32));
    int most = StripTile.rows(form);
    Label[] bodies = new Label[StripTile.ADDS + most + 1];
    for (int adds = 0; adds <= StripTile.ADDS; adds += StripTile.ADDS) {
      for (int rows = most; rows > 0; rows--) {
        bodies[adds + rows] = code.label();
        code.cmp(Gpr.RAX, adds + rows);
        code.jump(ScalarOp.JE, bodies[adds + rows]);
      }
    }
    code.ret();
    for (int adds = 0; adds <= StripTile.ADDS; adds += StripTile.ADDS) {
      for (int rows = most; rows > 0; rows--) {
        code.bind(bodies[adds + rows]);
        body(rows);
        finish(rows, adds != 0);
        code.simd(SimdOp.VZEROUPPER);
        code.ret();
      }
    }
    return code.done();
  }

  private void body(int rows) {
    if (kind == Kind.OF_MANY) {
      // Where it is, less what the row's place will add to it.
      code.mov(PLACE, at(Gpr.RSP, 40));
      code.add(PLACE, RIGHT);
      for (int i = 0; i < SHARE; i++) {
        code.sub(PLACE, LEFT[0]);
      }
    }
    int bases = kind == Kind.OF_PACKED ? 1 : Math.ceilDiv(rows, ROWS_OF_A_BASE);
    for (int base = 1; base < bases; base++) {
      code.mov(LEFT[base], LEFT[base - 1]);
      for (int row = 0; row < ROWS_OF_A_BASE; row++) {
        code.add(LEFT[base], LEFT_ROW);
      }
    }
    for (int i = 0; i < rows * StripTile.VECTORS; i++) {
      Simd sum = form.register(i);
      code.simd(SimdOp.VPXOR, sum, sum, sum);
    }
    Label step = code.bind(code.label());
    Simd right = form.register(rows * StripTile.VECTORS);
    Simd other = form.register(rows * StripTile.VECTORS + 1);
    Simd left = form.register(rows * StripTile.VECTORS + 2);
    code.simd(SimdOp.VMOVUPS_LOAD, right, at(RIGHT));
    code.simd(SimdOp.VMOVUPS_LOAD, other, at(RIGHT, form.vectorBytes));
    prefetch();
    for (int row = 0; row < rows; row++) {
      code.simd(SimdOp.VBROADCASTSS, left, left(row));
      code.simd(SimdOp.VFMADD231PS, form.register(row * StripTile.VECTORS), left, right);
      code.simd(SimdOp.VFMADD231PS, form.register(row * StripTile.VECTORS + 1), left, other);
    }
    for (int base = 0; base < bases; base++) {
      code.add(LEFT[base], kind == Kind.OF_PACKED ? rows * Float.BYTES : Float.BYTES);
    }
    code.add(RIGHT, width);
    code.sub(STEPS, 1);
    code.jump(ScalarOp.JNE, step);
  }

  private void prefetch() {
    switch (kind) {
      case OF_FEW -> {
        for (int line = 0; line < width; line += LINE) {
          code.prefetch(at(RIGHT, CHUNK * width + line));
        }
      }
      case OF_MANY -> code.prefetch(at(PLACE, LEFT[0], SHARE, 0));
      case OF_PACKED -> code.prefetch(at(LEFT[0], AHEAD));
    }
  }

  private EffectiveAddress left(int row) {
    if (kind == Kind.OF_PACKED) {
      return at(LEFT[0], Float.BYTES * row);
    }
    Gpr base = LEFT[row / ROWS_OF_A_BASE];
    int behind = row % ROWS_OF_A_BASE;
    return behind == 0 ? at(base) : at(base, LEFT_ROW, behind, 0);
  }

  private void finish(int rows, boolean adds) {
    if (adds) {
      code.mov(PLACE, RESULT);
    }
    for (int i = 0; i < rows * StripTile.VECTORS && adds; i++) {
      if (i > 0 && i % StripTile.VECTORS == 0) {
        code.add(PLACE, RESULT_ROW);
      }
      Simd sum = form.register(i);
      code.simd(SimdOp.VADDPS, sum, sum, at(PLACE, i % StripTile.VECTORS * form.vectorBytes));
    }
    for (int i = 0; i < rows * StripTile.VECTORS; i++) {
      if (i > 0 && i % StripTile.VECTORS == 0) {
        code.add(RESULT, RESULT_ROW);
      }
      EffectiveAddress place = at(RESULT, i % StripTile.VECTORS * form.vectorBytes);
      code.simd(SimdOp.VMOVUPS_STORE, place, form.register(i));
    }
  }
}
