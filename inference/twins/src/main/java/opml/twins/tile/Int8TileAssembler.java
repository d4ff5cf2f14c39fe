package opml.twins.tile;

import static opml.twins.x86.EffectiveAddress.at;

import opml.twins.x86.Gpr;
import opml.twins.x86.Label;
import opml.twins.x86.ScalarOp;
import opml.twins.x86.Simd;
import opml.twins.x86.SimdOp;
import opml.twins.x86.X86Assembler;
import opml.twins.x86.X86Code;

/// Writes the code of an [Int8Tile]: bytes into int32.
final class Int8TileAssembler extends TileAssembler {
  private Int8TileAssembler(TileForm form) {
    super(form, Int8Tile.rows(form));
  }

  /// {@return the code of the tile}
  static X86Code product(TileForm form) {
    return new Int8TileAssembler(form).function(form.tokens);
  }

  /// {@return the code that packs a token's activations for the tile, vector by vector}
  ///
  /// It reads from the weights' place and writes a packed token. That begins with what every byte is XORed with, four
  /// times, then ones to sum up by; in their place the sum is left, in lanes.
  static X86Code packing(TileForm form) {
    X86Assembler code = new X86Assembler();
    Simd flip = form.register(0);
    Simd ones = form.register(1);
    Simd sum = form.register(2);
    Simd part = form.register(3);
    code.add(WEIGHTS, Gpr.RSI);
    code.mov(TOKEN, at(Gpr.RSP, 8));
    code.add(RESULT, TOKEN);
    code.mov(TOKEN, RESULT);
    code.mov(STEPS, at(Gpr.RSP, 24));
    code.simd(SimdOp.VPBROADCASTD, flip, at(RESULT));
    code.simd(SimdOp.VPBROADCASTD, ones, at(RESULT, Integer.BYTES));
    code.simd(SimdOp.VPXOR, sum, sum, sum);
    Label loop = code.bind(code.label());
    if (form.isVnni()) {
      code.simd(SimdOp.VPXOR, part, flip, at(WEIGHTS));
      code.simd(SimdOp.VPDPBUSD, sum, ones, part);
    } else {
      Simd product = form.register(4);
      code.simd(SimdOp.VPXOR, part.xmm(), flip.xmm(), at(WEIGHTS));
      code.simd(SimdOp.VPMOVSXBW, part, part.xmm());
      code.simd(SimdOp.VPMADDWD, product, part, ones);
      code.simd(SimdOp.VPADDD, sum, sum, product);
    }
    code.simd(SimdOp.VMOVDQU_STORE, at(TOKEN, Int8Tile.TOKEN_START_BYTES), part);
    code.add(WEIGHTS, form.vectorBytes / form.activationBytes());
    code.add(TOKEN, form.vectorBytes);
    code.sub(STEPS, 1);
    code.jump(ScalarOp.JNE, loop);
    code.simd(SimdOp.VMOVDQU_STORE, at(RESULT), sum);
    code.simd(SimdOp.VZEROUPPER);
    code.ret();
    return code.done();
  }

  @Override
  void body(int tokens) {
    Label resume = code.label();
    Label loop = code.label();
    code.jump(ScalarOp.JNE, resume);
    // Begin: accumulators are the sum of what the row and what the token starts with.
    for (int token = 0; token < tokens; token++) {
      for (int vector = 0; vector < vectors; vector++) {
        Simd sum = accumulator(token, vector);
        code.simd(SimdOp.VPBROADCASTD, sum, activation(token, 0));
        code.simd(SimdOp.VPADDD, sum, sum, at(WEIGHTS, form.vectorBytes * vector));
      }
    }
    code.add(WEIGHTS, form.vectorBytes * vectors);
    advance(tokens, Int8Tile.TOKEN_START_BYTES);
    code.jump(ScalarOp.JMP, loop);

    code.bind(resume);
    eachResult(
        tokens,
        (token, vector, place) ->
            code.simd(SimdOp.VMOVDQU_LOAD, accumulator(token, vector), place));

    code.bind(loop);
    int groups = Int8Tile.STEP / form.group;
    groups(groups, tokens, 0, 0);
    code.add(WEIGHTS, groups * groupBytes());
    advance(tokens, groups * Integer.BYTES);
    code.sub(STEPS, 1);
    code.jump(ScalarOp.JNE, loop);

    eachResult(
        tokens,
        (token, vector, place) ->
            code.simd(SimdOp.VMOVDQU_STORE, place, accumulator(token, vector)));
  }
}
