package opml.twins.tile;

import static opml.twins.x86.EffectiveAddress.at;

import opml.twins.x86.EffectiveAddress;
import opml.twins.x86.Gpr;
import opml.twins.x86.Label;
import opml.twins.x86.ScalarOp;
import opml.twins.x86.Simd;
import opml.twins.x86.SimdOp;
import opml.twins.x86.X86Code;
import opml.twins.x86.X86Operand;

/// Writes the code of a [RowTile]. A step is one element of all rows.
final class RowTileAssembler extends TileAssembler {
  private final RowType type;

  private RowTileAssembler(TileForm form, RowType type) {
    super(form, RowTile.ROWS);
    this.type = type;
  }

  /// {@return the code of the tile}
  static X86Code product(TileForm form, RowType type) {
    return new RowTileAssembler(form, type).function(form.rowTokens);
  }

  @Override
  void body(int tokens) {
    for (int i = 0; i < tokens * vectors; i++) {
      Simd sum = form.register(i);
      code.simd(SimdOp.VPXOR, sum, sum, sum);
    }
    Label loop = code.bind(code.label());
    for (int vector = 0; vector < vectors; vector++) {
      load(weights(tokens, vector), at(WEIGHTS, vector * form.lanes() * type.bytes));
    }
    for (int token = 0; token < tokens; token++) {
      X86Operand right = scratch(tokens, vectors);
      if (form.vectorBytes == Simd.ZMM) {
        right = activation(token, 0).everyLane();
      } else {
        code.simd(SimdOp.VBROADCASTSS, scratch(tokens, vectors), activation(token, 0));
      }
      for (int vector = 0; vector < vectors; vector++) {
        code.simd(SimdOp.VFMADD231PS, accumulator(token, vector), weights(tokens, vector), right);
      }
    }
    code.add(WEIGHTS, RowTile.ROWS * type.bytes);
    advance(tokens, Float.BYTES);
    code.sub(STEPS, 1);
    code.jump(ScalarOp.JNE, loop);

    Label begin = code.label();
    Label end = code.label();
    code.mov(TOKEN, at(Gpr.RSP, 40));
    code.cmp(TOKEN, 0);
    code.jump(ScalarOp.JE, begin);
    eachResult(
        tokens,
        (token, vector, place) -> {
          Simd sum = accumulator(token, vector);
          code.simd(SimdOp.VADDPS, sum, sum, place);
        });
    code.jump(ScalarOp.JMP, end);
    code.bind(begin);
    Simd zero = weights(tokens, 0);
    code.simd(SimdOp.VPXOR, zero, zero, zero);
    for (int i = 0; i < tokens * vectors; i++) {
      Simd sum = form.register(i);
      code.simd(SimdOp.VADDPS, sum, sum, zero); // a chunk may be -0
    }
    code.bind(end);
    eachResult(
        tokens,
        (token, vector, place) ->
            code.simd(SimdOp.VMOVUPS_STORE, place, accumulator(token, vector)));
  }

  private void load(Simd to, EffectiveAddress place) {
    switch (type) {
      case F32 -> code.simd(SimdOp.VMOVUPS_LOAD, to, place);
      case F16 -> code.simd(SimdOp.VCVTPH2PS, to, place);
      case BF16 -> {
        code.simd(SimdOp.VPMOVZXWD, to, place);
        code.simd(SimdOp.VPSLLD, to, to, Short.SIZE);
      }
    }
  }
}
