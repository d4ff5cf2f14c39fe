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

/// Writes the code of a [BlockTile]: blocks of 32 into float32. For each block, in order: the exact int32 sum S of the
/// products, then `acc = fma((float) S, dw · dx, acc)`.
///
/// Without VNNI, nibbles are multiplied by `vpmaddubsw` and added up in 16 bits, two sums for each row: eight times two
/// products of at most 15 · 128 are below 2^15. One `vpmaddwd` then adds the two, and multiplies by a sub-scale where
/// there is one.
final class BlockTileAssembler extends ScaledTileAssembler {
  /// Registers behind the accumulators that are not those of floats.
  private static final int SCRATCH = 8;

  private static final int LOW_NIBBLES = 0x0F0F_0F0F;
  private static final int ONES = 0x0001_0001;

  /// Where the upper two of six bits are.
  private static final int UPPER_BITS = 0x3030_3030;

  private final BlockType type;

  private BlockTileAssembler(TileForm form, BlockType type) {
    super(form);
    this.type = type;
  }

  /// {@return the code of the tile}
  static X86Code product(TileForm form, BlockType type) {
    return new BlockTileAssembler(form, type).function(form.blockTokens);
  }

  @Override
  void constants(int tokens) {
    if (type != BlockType.Q8_0) {
      constant(mask(tokens), LOW_NIBBLES);
      if (type == BlockType.Q4_0 && !form.isVnni()) {
        constant(last(tokens), ONES);
      } else if (type == BlockType.Q6_K) {
        constant(last(tokens), UPPER_BITS);
      }
    }
  }

  @Override
  void step(int tokens) {
    switch (type) {
      case Q8_0 -> bytes(tokens);
      case Q4_0 -> nibbles(tokens);
      case Q4_K -> eachBlock(tokens, BlockType.SUB_BLOCK_BYTES, 2, this::twoIntegers);
      case Q6_K -> eachBlock(tokens, BlockType.SIX_BIT_BYTES, 1, this::sixBits);
      default -> throw new IllegalArgumentException(type + " has no layout of its own");
    }
  }

  /// All lanes of a register become a number. Flags stay as they are.
  private void constant(Simd to, int value) {
    code.mov32(TOKEN, value);
    code.simd(SimdOp.VMOVD, to.xmm(), TOKEN);
    code.simd(SimdOp.VPBROADCASTD, to, to.xmm());
  }

  // ---- A step of each type

  private void bytes(int tokens) {
    prefetch(tokens, type.packedBytes(form));
    begin(tokens);
    groups(BlockTile.BLOCK / form.group, tokens, BlockType.SCALE_BYTES, BlockTile.TOKEN_HEADER);
    addScaled(tokens);
    advanceBoth(tokens, type.packedBytes(form));
  }

  private void nibbles(int tokens) {
    prefetch(tokens, type.packedBytes(form));
    begin(tokens);
    nibbles(tokens, BlockType.SCALE_BYTES, BlockTile.TOKEN_HEADER, false);
    if (!form.isVnni()) {
      for (int i = 0; i < tokens * vectors; i++) {
        Simd sum = form.register(i);
        code.simd(SimdOp.VPMADDWD, sum, sum, last(tokens));
      }
    }
    addScaled(tokens);
    advanceBoth(tokens, type.packedBytes(form));
  }

  private void advanceBoth(int tokens, int weightBytes) {
    code.add(WEIGHTS, weightBytes);
    advance(tokens, BlockTile.tokenBytes(form, type));
  }

  /// Sums begin with what their token does.
  private void begin(int tokens) {
    for (int token = 0; token < tokens; token++) {
      for (int vector = 0; vector < vectors; vector++) {
        code.simd(SimdOp.VPBROADCASTD, accumulator(token, vector), activation(token, 0));
      }
    }
  }

  private void addScaled(int tokens) {
    for (int vector = 0; vector < vectors; vector++) {
      halves(scratch(tokens, vector), WEIGHTS, 0, vector);
    }
    for (int token = 0; token < tokens; token++) {
      code.simd(SimdOp.VBROADCASTSS, right(tokens), activation(token, Integer.BYTES));
      for (int vector = 0; vector < vectors; vector++) {
        Simd sum = accumulator(token, vector);
        code.simd(SimdOp.VCVTDQ2PS, sum, sum);
        Simd total = total(tokens, token, vector, scratch(tokens, 2));
        addProduct(tokens, total, sum, scratch(tokens, vector));
        keep(tokens, token, vector, total);
      }
    }
  }

  /// What is done with a block of several, of which scales stand behind the last.
  @FunctionalInterface
  private interface OneBlock {
    void write(int tokens, Gpr scales);
  }

  /// Blocks that share scales, in a loop: code for all of them would not stay where the processor keeps what it has
  /// decoded.
  private void eachBlock(int tokens, int blockBytes, int scales, OneBlock one) {
    Gpr end = inRegisters(tokens) ? TOKEN : Gpr.R11; // no token is addressed by it
    code.mov(end, WEIGHTS);
    code.add(end, type.blocks() * blockBytes);
    Label next = code.bind(code.label());
    prefetch(tokens, blockBytes);
    one.write(tokens, end);
    advanceBoth(tokens, blockBytes);
    code.cmp(WEIGHTS, end);
    code.jump(ScalarOp.JNE, next);
    code.add(WEIGHTS, scales * BlockType.SCALE_BYTES);
  }

  /// Q4_K: two scales, each with an integer of the block.
  private void twoIntegers(int tokens, Gpr scales) {
    Simd scale = scratch(tokens, 0);
    Simd least = scratch(tokens, 1);
    if (form.isVnni()) {
      for (int i = 0; i < tokens * vectors; i++) {
        Simd sum = form.register(i);
        code.simd(SimdOp.VPXOR, sum, sum, sum);
      }
    }
    nibbles(tokens, 2 * BlockTile.ROWS, BlockTile.TOKEN_HEADER, !form.isVnni());
    for (int vector = 0; vector < vectors; vector++) {
      int integersAt = vector * form.lanes();
      code.simd(SimdOp.VPMOVZXBD, scale, at(WEIGHTS, integersAt));
      if (!form.isVnni()) {
        Simd both = scratch(tokens, 2);
        code.simd(SimdOp.VPSLLD, both, scale, Short.SIZE);
        code.simd(SimdOp.VPOR, scale, scale, both);
      }
      code.simd(SimdOp.VPMOVZXBD, least, at(WEIGHTS, integersAt + BlockTile.ROWS));
      halves(scratch(tokens, 2), scales, 0, vector);
      halves(scratch(tokens, 3), scales, BlockType.SCALE_BYTES, vector);
      for (int token = 0; token < tokens; token++) {
        Simd sum = accumulator(token, vector);
        code.simd(SimdOp.VBROADCASTSS, right(tokens), activation(token, Integer.BYTES));
        code.simd(form.isVnni() ? SimdOp.VPMULLD : SimdOp.VPMADDWD, sum, sum, scale);
        code.simd(SimdOp.VCVTDQ2PS, sum, sum);
        Simd total = total(tokens, token, vector, last(tokens));
        addProduct(tokens, total, sum, scratch(tokens, 2));
        // The sum of a token's block has 16 bits, of which the integer's upper half takes nothing.
        code.simd(SimdOp.VPBROADCASTD, sum, activation(token, 0));
        code.simd(SimdOp.VPMADDWD, sum, sum, least);
        code.simd(SimdOp.VCVTDQ2PS, sum, sum);
        addProduct(tokens, total, sum, scratch(tokens, 3));
        keep(tokens, token, vector, total);
      }
    }
  }

  /// Q6_K: a scale, and an integer for either half of the block. A group has two elements of either, so that the two
  /// sums of 16 bits of a row are those of the halves, which one `vpmaddwd` multiplies by their integers. It comes
  /// after two groups, because four products of at most 63 · 128 are below 2^15, and eight are not.
  private void sixBits(int tokens, Gpr scales) {
    Simd integers = scratch(tokens, 0);
    Simd low = scratch(tokens, 1);
    Simd high = scratch(tokens, 2);
    Simd second = scratch(tokens, 3);
    for (int vector = 0; vector < vectors; vector++) {
      code.simd(SimdOp.VPMOVSXBW, integers, at(WEIGHTS, vector * form.vectorBytes / 2));
      for (int token = 0; token < tokens; token++) {
        Simd sum = accumulator(token, vector);
        code.simd(SimdOp.VPBROADCASTD, sum, activation(token, 0));
        code.simd(SimdOp.VPMADDWD, sum, sum, integers);
        code.simd(SimdOp.VPSLLD, sum, sum, 5); // 32 is taken of each weight
      }
      int nibblesAt = 2 * BlockTile.ROWS + vector * form.vectorBytes;
      for (int chunk = 0; chunk < 4; chunk++) {
        code.simd(SimdOp.VMOVDQU_LOAD, high, at(WEIGHTS, nibblesAt + chunk * 4 * BlockTile.ROWS));
        code.simd(SimdOp.VPAND, low, high, mask(tokens));
        code.simd(SimdOp.VPSRLD, high, high, 4);
        code.simd(SimdOp.VPAND, high, high, mask(tokens));
        addUpperBits(tokens, low, nibblesAt + 16 * BlockTile.ROWS, chunk);
        addUpperBits(tokens, high, nibblesAt + 20 * BlockTile.ROWS, chunk);
        for (int token = 0; token < tokens; token++) {
          int place = BlockTile.TOKEN_HEADER + Integer.BYTES * chunk;
          Simd sum = accumulator(token, vector);
          code.simd(SimdOp.VPBROADCASTD, right(tokens), activation(token, place));
          code.simd(SimdOp.VPMADDUBSW, product(tokens), low, right(tokens));
          code.simd(SimdOp.VPBROADCASTD, right(tokens), activation(token, place + 16));
          code.simd(SimdOp.VPMADDUBSW, second, high, right(tokens));
          code.simd(SimdOp.VPADDW, product(tokens), product(tokens), second);
          code.simd(SimdOp.VPMADDWD, product(tokens), product(tokens), integers);
          code.simd(SimdOp.VPADDD, sum, sum, product(tokens));
        }
      }
      halves(low, scales, 0, vector);
      for (int token = 0; token < tokens; token++) {
        Simd sum = accumulator(token, vector);
        code.simd(SimdOp.VBROADCASTSS, right(tokens), activation(token, Integer.BYTES));
        code.simd(SimdOp.VCVTDQ2PS, sum, sum);
        Simd total = total(tokens, token, vector, high);
        addProduct(tokens, total, sum, low);
        keep(tokens, token, vector, total);
      }
    }
  }

  /// Sets the upper two bits of the groups of a chunk.
  private void addUpperBits(int tokens, Simd to, int weightsAt, int chunk) {
    Simd bits = product(tokens);
    code.simd(SimdOp.VMOVDQU_LOAD, bits, at(WEIGHTS, weightsAt));
    if (chunk < 2) {
      code.simd(SimdOp.VPSLLD, bits, bits, 4 - 2 * chunk);
    } else if (chunk > 2) {
      code.simd(SimdOp.VPSRLD, bits, bits, 2);
    }
    code.simd(SimdOp.VPAND, bits, bits, last(tokens));
    code.simd(SimdOp.VPOR, to, to, bits);
  }

  // ---- Parts of a step

  /// Adds the products of a block of nibbles to the sums.
  ///
  /// @param fresh whether the sums begin here, whatever the registers hold
  private void nibbles(int tokens, int weightsAt, int activationsAt, boolean fresh) {
    for (int chunk = 0; chunk < BlockTile.BLOCK / 8; chunk++) {
      for (int vector = 0; vector < vectors; vector++) {
        Simd low = scratch(tokens, vector);
        Simd high = scratch(tokens, 2 + vector);
        int place = weightsAt + chunk * 4 * BlockTile.ROWS + vector * form.vectorBytes;
        code.simd(SimdOp.VMOVDQU_LOAD, high, at(WEIGHTS, place));
        code.simd(SimdOp.VPAND, low, high, mask(tokens));
        code.simd(SimdOp.VPSRLD, high, high, 4);
        code.simd(SimdOp.VPAND, high, high, mask(tokens));
      }
      for (int half = 0; half < 2; half++) {
        int place = activationsAt + Integer.BYTES * (chunk + half * BlockTile.BLOCK / 8);
        for (int token = 0; token < tokens; token++) {
          multiply(tokens, token, 2 * half, activation(token, place), fresh && chunk + half == 0);
        }
      }
    }
  }

  /// @param first of the registers of weights
  private void multiply(
      int tokens, int token, int first, EffectiveAddress activation, boolean fresh) {
    X86Operand right = right(tokens);
    if (form.isVnni() && form.vectorBytes == Simd.ZMM) {
      right = activation.everyLane();
    } else {
      code.simd(SimdOp.VPBROADCASTD, right(tokens), activation);
    }
    for (int vector = 0; vector < vectors; vector++) {
      Simd sum = accumulator(token, vector);
      Simd left = scratch(tokens, first + vector);
      if (form.isVnni()) {
        code.simd(SimdOp.VPDPBUSD, sum, left, right);
      } else if (fresh) {
        code.simd(SimdOp.VPMADDUBSW, sum, left, right);
      } else {
        code.simd(SimdOp.VPMADDUBSW, product(tokens), left, right);
        code.simd(SimdOp.VPADDW, sum, sum, product(tokens));
      }
    }
  }

  /// Widens the half-precision numbers of a vector of rows.
  private void halves(Simd to, Gpr base, int displacement, int vector) {
    code.simd(SimdOp.VCVTPH2PS, to, at(base, displacement + vector * form.vectorBytes / 2));
  }

  /// `total = fma(sum, scale · right, total)`.
  private void addProduct(int tokens, Simd total, Simd sum, Simd scale) {
    code.simd(SimdOp.VMULPS, product(tokens), scale, right(tokens));
    code.simd(SimdOp.VFMADD231PS, total, sum, product(tokens));
  }

  // ---- Registers

  @Override
  boolean inRegisters(int tokens) {
    return form.registers >= 2 * tokens * vectors + SCRATCH;
  }

  private Simd mask(int tokens) {
    return scratch(tokens, 4);
  }

  private Simd right(int tokens) {
    return scratch(tokens, 5);
  }

  private Simd product(int tokens) {
    return scratch(tokens, 6);
  }

  private Simd last(int tokens) {
    return scratch(tokens, 7);
  }

  @Override
  Simd kept(int tokens, int token, int vector) {
    return form.register((tokens + token) * vectors + vector + SCRATCH);
  }
}
