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
/// Here is what the tiles have in common. A function has a body for each number of tokens, so that every accumulator
/// has a register of its own. A loop turns once for each step, which is unrolled.
///
/// Accumulator (token, vector) is register `token · vectors + vector`; the scratch registers follow.
abstract class TileAssembler {
  // The arguments of TileCode, after the offsets were added.
  static final Gpr WEIGHTS = Gpr.RDI;
  static final Gpr ACTIVATIONS = Gpr.RDX;
  static final Gpr ACTIVATION_STRIDE = Gpr.R8;
  static final Gpr RESULT = Gpr.R9;
  static final Gpr RESULT_STRIDE = Gpr.RSI;
  static final Gpr STEPS = Gpr.RCX;

  /// Every third token's activations; an address reaches two strides further.
  private static final List<Gpr> THIRDS = List.of(ACTIVATIONS, Gpr.R10, Gpr.R11);

  /// How far ahead weights are asked for. Those of one token are read once, as fast as memory gives them, and the
  /// processor by itself looks no further than the end of a page of 4 KiB.
  private static final int AHEAD = 3072;

  private static final int CACHE_LINE = 64;

  /// First the number of tokens, then whether to resume; then the result of one token after the other.
  static final Gpr TOKEN = Gpr.RAX;

  final TileForm form;
  final int vectors;
  final X86Assembler code = new X86Assembler();

  TileAssembler(TileForm form, int rows) {
    this.form = form;
    this.vectors = rows / form.lanes();
  }

  /// Writes what a function does for a number of tokens. It begins with a comparison done: "not equal" is to resume.
  abstract void body(int tokens);

  final X86Code function(int maxTokens) {
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
      body(tokens);
      code.simd(SimdOp.VZEROUPPER);
      code.ret();
    }
    return code.done();
  }

  /// Adds the products of some groups to the accumulators.
  ///
  /// @param weightsAt where the groups begin behind [#WEIGHTS]
  /// @param activationsAt and behind the activations of each token
  void groups(int groups, int tokens, int weightsAt, int activationsAt) {
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

  /// Asks for the weights that come some steps later, instead of those that come now. With more tokens, who multiply
  /// them longer than memory takes, it would only be in the way.
  void prefetch(int tokens, int bytes) {
    for (int line = 0; tokens == 1 && line < bytes; line += CACHE_LINE) {
      code.prefetch(at(WEIGHTS, AHEAD + line));
    }
  }

  /// What is done with a vector of the result.
  @FunctionalInterface
  interface Visitor {
    void visit(int token, int vector, EffectiveAddress place);
  }

  /// Visits the vectors of the result, one token after the other.
  void eachResult(int tokens, Visitor visitor) {
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
  static EffectiveAddress activation(int token, int displacement) {
    Gpr third = THIRDS.get(token / 3);
    return switch (token % 3) {
      case 0 -> at(third, displacement);
      case 1 -> at(third, ACTIVATION_STRIDE, 1, displacement);
      default -> at(third, ACTIVATION_STRIDE, 2, displacement);
    };
  }

  /// Moves on in the activations of all tokens.
  void advance(int tokens, int bytes) {
    for (int third = 0; 3 * third < tokens; third++) {
      code.add(THIRDS.get(third), bytes);
    }
  }

  /// {@return bytes of a group of all rows}
  int groupBytes() {
    return vectors * form.lanes() * form.group;
  }

  Simd accumulator(int token, int vector) {
    return form.register(token * vectors + vector);
  }

  Simd weights(int tokens, int vector) {
    return scratch(tokens, vector);
  }

  Simd scratch(int tokens, int number) {
    return form.register(tokens * vectors + number);
  }
}
