package opml.twins.tile;

import static opml.twins.x86.EffectiveAddress.at;

import opml.twins.x86.EffectiveAddress;
import opml.twins.x86.Label;
import opml.twins.x86.ScalarOp;
import opml.twins.x86.Simd;
import opml.twins.x86.SimdOp;

/// What the codes of [BlockTile]s have in common: results that begin with +0, or go on with what stands there, and to
/// which each step adds. They stay in registers where there is room, else they are loaded and stored for each block.
abstract class ScaledTileAssembler extends TileAssembler {
  ScaledTileAssembler(TileForm form) {
    super(form, BlockTile.ROWS);
  }

  /// Fills registers that stay as they are. Flags stay, too.
  abstract void constants(int tokens);

  /// Adds a step, and moves on to the next.
  abstract void step(int tokens);

  /// {@return whether results stay in registers}
  abstract boolean inRegisters(int tokens);

  /// {@return the register in which a result stays}
  abstract Simd kept(int tokens, int token, int vector);

  @Override
  final void body(int tokens) {
    Label resume = code.label();
    constants(tokens);
    code.jump(ScalarOp.JNE, resume);
    Simd zero = scratch(tokens, 0);
    code.simd(SimdOp.VPXOR, zero, zero, zero);
    eachResult(tokens, (token, vector, place) -> code.simd(SimdOp.VMOVUPS_STORE, place, zero));

    code.bind(resume);
    if (inRegisters(tokens)) {
      eachResult(
          tokens,
          (token, vector, place) ->
              code.simd(SimdOp.VMOVUPS_LOAD, kept(tokens, token, vector), place));
    } else if (tokens > 3) {
      code.mov(TOKEN, RESULT);
      for (int i = 0; i < 3; i++) {
        code.add(TOKEN, RESULT_STRIDE);
      }
    }

    Label loop = code.bind(code.label());
    step(tokens);
    code.sub(STEPS, 1);
    code.jump(ScalarOp.JNE, loop);

    if (inRegisters(tokens)) {
      eachResult(
          tokens,
          (token, vector, place) ->
              code.simd(SimdOp.VMOVUPS_STORE, place, kept(tokens, token, vector)));
    }
  }

  /// {@return the register with a result, which is `free` where they are in memory}
  final Simd total(int tokens, int token, int vector, Simd free) {
    if (inRegisters(tokens)) {
      return kept(tokens, token, vector);
    }
    code.simd(SimdOp.VMOVUPS_LOAD, free, result(token, vector));
    return free;
  }

  /// Puts a result back where it came from.
  final void keep(int tokens, int token, int vector, Simd total) {
    if (!inRegisters(tokens)) {
      code.simd(SimdOp.VMOVUPS_STORE, result(token, vector), total);
    }
  }

  /// {@return the place of a result, of at most four tokens}
  private EffectiveAddress result(int token, int vector) {
    int displacement = vector * form.vectorBytes;
    return switch (token) {
      case 0 -> at(RESULT, displacement);
      case 1, 2 -> at(RESULT, RESULT_STRIDE, token, displacement);
      default -> at(TOKEN, displacement);
    };
  }
}
