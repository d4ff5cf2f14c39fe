package opml.twins.tile;

import static opml.twins.x86.EffectiveAddress.at;

import java.util.List;
import opml.twins.x86.EffectiveAddress;
import opml.twins.x86.Gpr;
import opml.twins.x86.Label;
import opml.twins.x86.ScalarOp;
import opml.twins.x86.Simd;
import opml.twins.x86.SimdOp;
import opml.twins.x86.X86Assembler;
import opml.twins.x86.X86Code;
import opml.twins.x86.X86Operand;

/// Writes the tiles, as functions of [TileCode]'s signature in the calling convention of Linux and macOS (System V
/// ABI, AMD64 supplement, 3.2.3): six arguments in RDI, RSI, RDX, RCX, R8 and R9, the others on the stack above the
/// return address. Only registers that a function may change are changed.
///
/// A function has a body for each number of tokens, so that every accumulator has a register of its own. A loop turns
/// once for each step; a step's groups are unrolled.
///
/// Accumulator (token, vector) is register `token · vectors + vector`; the scratch registers follow.
final class TileAssembler {
  // The arguments of TileCode, after the offsets were added.
  private static final Gpr WEIGHTS = Gpr.RDI;
  private static final Gpr ACTIVATIONS = Gpr.RDX;
  private static final Gpr ACTIVATION_STRIDE = Gpr.R8;
  private static final Gpr RESULT = Gpr.R9;
  private static final Gpr RESULT_STRIDE = Gpr.RSI;
  private static final Gpr STEPS = Gpr.RCX;

  /// Every third token's activations; an address reaches two strides further.
  private static final List<Gpr> THIRDS = List.of(ACTIVATIONS, Gpr.R10, Gpr.R11);

  /// First the number of tokens, then whether to resume; then the result of one token after the other.
  private static final Gpr TOKEN = Gpr.RAX;

  private final TileForm form;
  private final int vectors;
  private final X86Assembler code = new X86Assembler();

  private TileAssembler(TileForm form, int rows) {
    this.form = form;
    this.vectors = rows / form.lanes();
  }

  /// {@return the code of an [Int8Tile]}
  static X86Code int8(TileForm form) {
    TileAssembler assembler = new TileAssembler(form, Int8Tile.rows(form));
    return assembler.function(form.tokens, assembler::int8);
  }

  /// {@return the code of a [BlockTile]}
  static X86Code blocks(TileForm form) {
    TileAssembler assembler = new TileAssembler(form, BlockTile.ROWS);
    return assembler.function(BlockTile.TOKENS, assembler::blocks);
  }

  /// {@return the code that packs a token's activations for an [Int8Tile], vector by vector}
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

  /// Writes what a function does for a number of tokens. It begins with a comparison done: "not equal" is to resume.
  @FunctionalInterface
  private interface Body {
    void write(int tokens);
  }

  private X86Code function(int maxTokens, Body body) {
    code.add(WEIGHTS, Gpr.RSI);
    code.add(ACTIVATIONS, Gpr.RCX);
    code.mov(TOKEN, at(Gpr.RSP, 8));
    code.add(RESULT, TOKEN);
    code.mov(RESULT_STRIDE, at(Gpr.RSP, 16));
    code.mov(STEPS, at(Gpr.RSP, 24));
    code.mov(TOKEN, at(Gpr.RSP, 32));
    Label[] bodies = new Label[maxTokens];
    for (int tokens = maxTokens; tokens > 0; tokens--) {
      bodies[tokens - 1] = code.label();
      code.cmp(TOKEN, tokens);
      code.jump(ScalarOp.JE, bodies[tokens - 1]);
    }
    code.ret();
    for (int tokens = maxTokens; tokens > 0; tokens--) {
      code.bind(bodies[tokens - 1]);
      for (int third = 1; 3 * third < tokens; third++) {
        code.mov(THIRDS.get(third), THIRDS.get(third - 1));
        for (int i = 0; i < 3; i++) {
          code.add(THIRDS.get(third), ACTIVATION_STRIDE);
        }
      }
      code.mov(TOKEN, at(Gpr.RSP, 40));
      code.cmp(TOKEN, 0);
      body.write(tokens);
      code.simd(SimdOp.VZEROUPPER);
      code.ret();
    }
    return code.done();
  }

  // ---- Bytes into int32

  private void int8(int tokens) {
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

  // ---- Blocks into float32

  /// For each block, in order: the exact int32 sum S of the products, then `acc = fma((float) S, dw · dx, acc)`.
  private void blocks(int tokens) {
    // Floats stay in registers where there are enough beside the sums; else they are loaded and
    // stored for each block.
    boolean inRegisters = form.registers >= 2 * tokens * vectors + 4;
    Label resume = code.label();
    Label loop = code.label();
    code.jump(ScalarOp.JNE, resume);
    Simd zero = scratch(tokens, 0);
    code.simd(SimdOp.VPXOR, zero, zero, zero);
    eachResult(tokens, (token, vector, place) -> code.simd(SimdOp.VMOVUPS_STORE, place, zero));

    code.bind(resume);
    if (inRegisters) {
      eachResult(
          tokens,
          (token, vector, place) ->
              code.simd(SimdOp.VMOVUPS_LOAD, floats(tokens, token, vector), place));
    }

    code.bind(loop);
    for (int token = 0; token < tokens; token++) {
      for (int vector = 0; vector < vectors; vector++) {
        code.simd(SimdOp.VPBROADCASTD, accumulator(token, vector), activation(token, 0));
      }
    }
    int groups = BlockTile.BLOCK / form.group;
    groups(groups, tokens, form.vectorBytes * vectors, BlockTile.TOKEN_HEADER);
    for (int vector = 0; vector < vectors; vector++) {
      Simd scales = weights(tokens, vector);
      code.simd(SimdOp.VMOVUPS_LOAD, scales, at(WEIGHTS, form.vectorBytes * vector));
    }
    eachResult(
        tokens,
        (token, vector, place) -> {
          Simd sum = accumulator(token, vector);
          Simd scale = scratch(tokens, vectors);
          Simd product = scratch(tokens, vectors + 1);
          if (vector == 0) {
            code.simd(SimdOp.VBROADCASTSS, scale, activation(token, Integer.BYTES));
          }
          code.simd(SimdOp.VMULPS, product, weights(tokens, vector), scale);
          code.simd(SimdOp.VCVTDQ2PS, sum, sum);
          if (inRegisters) {
            code.simd(SimdOp.VFMADD231PS, floats(tokens, token, vector), sum, product);
          } else {
            Simd total = scratch(tokens, vectors + 2);
            code.simd(SimdOp.VMOVUPS_LOAD, total, place);
            code.simd(SimdOp.VFMADD231PS, total, sum, product);
            code.simd(SimdOp.VMOVUPS_STORE, place, total);
          }
        });
    code.add(WEIGHTS, form.vectorBytes * vectors + groups * groupBytes());
    advance(tokens, BlockTile.TOKEN_HEADER + groups * Integer.BYTES);
    code.sub(STEPS, 1);
    code.jump(ScalarOp.JNE, loop);

    if (inRegisters) {
      eachResult(
          tokens,
          (token, vector, place) ->
              code.simd(SimdOp.VMOVUPS_STORE, place, floats(tokens, token, vector)));
    }
  }

  // ---- What both have

  /// Adds the products of some groups to the accumulators.
  ///
  /// @param weightsAt where the groups begin behind [#WEIGHTS]
  /// @param activationsAt and behind the activations of each token
  private void groups(int groups, int tokens, int weightsAt, int activationsAt) {
    Simd activation = scratch(tokens, vectors);
    Simd product = scratch(tokens, vectors + 1);
    for (int group = 0; group < groups; group++) {
      for (int vector = 0; vector < vectors; vector++) {
        int place = weightsAt + group * groupBytes() + vector * groupBytes() / vectors;
        // Unsigned either way: VPDPBUSD's first source is, and VPMOVZXBW widens so.
        code.simd(
            form.isVnni() ? SimdOp.VMOVDQU_LOAD : SimdOp.VPMOVZXBW,
            weights(tokens, vector),
            at(WEIGHTS, place));
      }
      for (int token = 0; token < tokens; token++) {
        EffectiveAddress place = activation(token, activationsAt + Integer.BYTES * group);
        X86Operand right = activation;
        if (form.vectorBytes == Simd.ZMM && vectors == 1) {
          right = place.everyLane(); // used once: the instruction loads it itself
        } else {
          code.simd(SimdOp.VPBROADCASTD, activation, place);
        }
        for (int vector = 0; vector < vectors; vector++) {
          Simd sum = accumulator(token, vector);
          Simd left = weights(tokens, vector);
          if (form.isVnni()) {
            code.simd(SimdOp.VPDPBUSD, sum, left, right);
          } else {
            code.simd(SimdOp.VPMADDWD, product, left, right);
            code.simd(SimdOp.VPADDD, sum, sum, product);
          }
        }
      }
    }
  }

  /// What is done with a vector of the result.
  @FunctionalInterface
  private interface Visitor {
    void visit(int token, int vector, EffectiveAddress place);
  }

  /// Visits the vectors of the result, one token after the other.
  private void eachResult(int tokens, Visitor visitor) {
    code.mov(TOKEN, RESULT);
    for (int token = 0; token < tokens; token++) {
      if (token > 0) {
        code.add(TOKEN, RESULT_STRIDE);
      }
      for (int vector = 0; vector < vectors; vector++) {
        visitor.visit(token, vector, at(TOKEN, form.vectorBytes * vector));
      }
    }
  }

  /// {@return a place in the activations of a token}
  private static EffectiveAddress activation(int token, int displacement) {
    Gpr third = THIRDS.get(token / 3);
    return switch (token % 3) {
      case 0 -> at(third, displacement);
      case 1 -> at(third, ACTIVATION_STRIDE, 1, displacement);
      default -> at(third, ACTIVATION_STRIDE, 2, displacement);
    };
  }

  /// Moves on in the activations of all tokens.
  private void advance(int tokens, int bytes) {
    for (int third = 0; 3 * third < tokens; third++) {
      code.add(THIRDS.get(third), bytes);
    }
  }

  /// {@return bytes of a group of all rows}
  private int groupBytes() {
    return vectors * form.lanes() * form.group;
  }

  private Simd accumulator(int token, int vector) {
    return form.register(token * vectors + vector);
  }

  private Simd weights(int tokens, int vector) {
    return scratch(tokens, vector);
  }

  private Simd scratch(int tokens, int number) {
    return form.register(tokens * vectors + number);
  }

  /// {@return the register of a float accumulator, behind those of the sums and four of scratch}
  private Simd floats(int tokens, int token, int vector) {
    return form.register((tokens + token) * vectors + vector + 4);
  }
}
