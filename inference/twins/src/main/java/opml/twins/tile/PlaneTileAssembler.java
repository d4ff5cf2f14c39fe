package opml.twins.tile;

import static opml.twins.x86.EffectiveAddress.at;

import java.util.List;
import opml.twins.call.BlockFormat;
import opml.twins.call.BlockFormat.Minima;
import opml.twins.x86.EffectiveAddress;
import opml.twins.x86.Gpr;
import opml.twins.x86.Label;
import opml.twins.x86.ScalarOp;
import opml.twins.x86.Simd;
import opml.twins.x86.SimdOp;
import opml.twins.x86.X86Code;
import opml.twins.x86.X86Operand;

/// Writes the code of a [BlockTile] whose panels are a [PlaneLayout]'s. Vector by vector of rows, codes are put
/// together from their planes, or looked up, and multiplied: four bytes at once with VNNI, else two and two as 16 bits.
///
/// A block of a token begins with two int32, which the sums of its halves begin with, or of the whole the first: what
/// the code of zero takes away. Then come what a minimum multiplies and the scale.
///
/// Integers that multiply sums do so as floats: every product, and every sum of two, is below 2^24. It is added to +0,
/// because among integers there is no -0.
final class PlaneTileAssembler extends ScaledTileAssembler {
  /// Bytes before those of a token's block.
  static final int HEADER = 16;

  /// Where a block of a token has what a minimum multiplies, and where its scale.
  static final int ALL = 8;

  static final int SCALE = 12;

  /// Registers that are not those of sums, parts and results.
  private static final int SCRATCH = 8;

  /// Groups of four codes in half a block.
  private static final int HALF = BlockTile.BLOCK / 8;

  /// Where the levels are put: in the 128 bytes below the stack that are a function's own.
  private static final int LEVELS_AT = -16;

  private final PlaneLayout layout;
  private final BlockFormat format;

  private PlaneTileAssembler(TileForm form, PlaneLayout layout) {
    super(form);
    this.layout = layout;
    this.format = layout.format();
  }

  /// {@return the code of the tile}
  static X86Code product(TileForm form, PlaneLayout layout) {
    return new PlaneTileAssembler(form, layout).function(form.blockTokens);
  }

  /// {@return bytes of a packed block of a token}
  static int tokenBytes(TileForm form) {
    return HEADER + BlockTile.BLOCK * (form.isVnni() ? Byte.BYTES : Short.BYTES);
  }

  @Override
  void step(int tokens) {
    if (layout.hasHalves()) {
      prefetch(tokens, layout.stepBytes());
      block(tokens, WEIGHTS, layout.blockBytes());
      code.add(WEIGHTS, layout.stepBytes());
      advance(tokens, tokenBytes(form));
    } else {
      Gpr end = inRegisters(tokens) ? TOKEN : Gpr.R11; // no token is addressed by it
      code.mov(end, WEIGHTS);
      code.add(end, format.blocks() * layout.blockBytes());
      Label next = code.bind(code.label());
      prefetch(tokens, layout.blockBytes());
      block(tokens, end, 0);
      code.add(WEIGHTS, layout.blockBytes());
      advance(tokens, tokenBytes(form));
      code.cmp(WEIGHTS, end);
      code.jump(ScalarOp.JNE, next);
      code.add(WEIGHTS, format.halves() * layout.floatBytes());
    }
  }

  @Override
  void constants(int tokens) {
    List<PlaneLayout.Plane> planes = layout.planes();
    for (int i = 0; i < planes.size(); i++) {
      if (planes.get(i).bits() < Byte.SIZE) {
        Simd mask = mask(tokens, i);
        code.mov32(TOKEN, planes.get(i).mask());
        code.simd(SimdOp.VMOVD, mask.xmm(), TOKEN);
        code.simd(SimdOp.VPBROADCASTD, mask, mask.xmm());
      }
    }
    int[] levels = format.levels();
    for (int i = 0; i < levels.length; i++) {
      code.mov32(TOKEN, levels[i]);
      code.mov32(at(Gpr.RSP, LEVELS_AT + Integer.BYTES * i), TOKEN);
    }
    if (levels.length > 0) {
      code.simd(SimdOp.VBROADCASTI128, levels(tokens), at(Gpr.RSP, LEVELS_AT));
    }
  }

  /// @param floats where the floats are, behind `floatsAt` bytes
  private void block(int tokens, Gpr floats, int floatsAt) {
    for (int vector = 0; vector < vectors; vector++) {
      boolean apart = format.scales() == 2;
      for (int half = 0; half < 2; half++) {
        if (half == 0 || apart) {
          for (int token = 0; token < tokens; token++) {
            EffectiveAddress start = activation(token, Integer.BYTES * half);
            code.simd(SimdOp.VPBROADCASTD, sum(token), start);
          }
        }
        for (int group = HALF * half; group < HALF * (half + 1); group++) {
          multiply(tokens, group, vector);
        }
        if (half == 1 || apart) {
          scale(tokens, apart ? half : 0, vector);
        }
      }
      addAll(tokens, floats, floatsAt, vector);
    }
  }

  /// Adds the products of four codes to the sums.
  private void multiply(int tokens, int group, int vector) {
    Simd left = codes(tokens, group, vector);
    if (form.isVnni()) {
      int place = HEADER + Integer.BYTES * group;
      for (int token = 0; token < tokens; token++) {
        code.simd(SimdOp.VPDPBUSD, sum(token), left, everywhere(tokens, activation(token, place)));
      }
      return;
    }
    // The codes at even places, then those at odd ones, as 16 bits.
    Simd two = scratch(tokens, 3);
    for (int odd = 0; odd < 2; odd++) {
      if (odd == 0) {
        code.simd(SimdOp.VPSLLW, two, left, Byte.SIZE);
      }
      code.simd(SimdOp.VPSRLW, two, odd == 0 ? two : left, Byte.SIZE);
      int place = HEADER + Integer.BYTES * (2 * group + odd);
      for (int token = 0; token < tokens; token++) {
        code.simd(SimdOp.VPBROADCASTD, right(tokens), activation(token, place));
        code.simd(SimdOp.VPMADDWD, right(tokens), right(tokens), two);
        code.simd(SimdOp.VPADDD, sum(token), sum(token), right(tokens));
      }
    }
  }

  /// {@return the register with four codes of each row, or their levels}
  private Simd codes(int tokens, int group, int vector) {
    Simd codes = scratch(tokens, 2);
    List<PlaneLayout.Plane> planes = layout.planes();
    for (int i = 0; i < planes.size(); i++) {
      PlaneLayout.Plane plane = planes.get(i);
      Simd many = scratch(tokens, i);
      int bit = group * plane.bits();
      if (bit % Byte.SIZE == 0) {
        int place = plane.at() + PlaneLayout.VECTOR * (bit / Byte.SIZE);
        code.simd(SimdOp.VMOVDQU_LOAD, many, at(WEIGHTS, place + vector * form.vectorBytes));
      }
      if (plane.bits() == Byte.SIZE) {
        return many;
      }
      Simd part = i == 0 ? codes : right(tokens);
      int shift = bit % Byte.SIZE - plane.place();
      if (shift > 0) {
        code.simd(SimdOp.VPSRLD, part, many, shift);
      } else if (shift < 0) {
        code.simd(SimdOp.VPSLLD, part, many, -shift);
      }
      code.simd(SimdOp.VPAND, part, shift == 0 ? many : part, mask(tokens, i));
      if (i > 0) {
        code.simd(SimdOp.VPOR, codes, codes, part);
      }
    }
    if (format.levels().length > 0) {
      code.simd(SimdOp.VPSHUFB, codes, levels(tokens), codes);
    }
    return codes;
  }

  /// Makes floats of the sums; where integers multiply them, the products are added up.
  private void scale(int tokens, int number, int vector) {
    Simd integers = scratch(tokens, 2);
    if (format.scales() > 0) {
      integers(integers, BlockTile.ROWS * number, vector);
    }
    for (int token = 0; token < tokens; token++) {
      code.simd(SimdOp.VCVTDQ2PS, sum(token), sum(token));
      if (format.scales() > 0) {
        Simd part = part(tokens, token);
        if (number == 0) {
          code.simd(SimdOp.VPXOR, part, part, part);
        }
        code.simd(SimdOp.VFMADD231PS, part, sum(token), integers);
      }
    }
  }

  /// Signed bytes of the rows as floats.
  private void integers(Simd to, int weightsAt, int vector) {
    code.simd(SimdOp.VPMOVSXBD, to, at(WEIGHTS, weightsAt + vector * form.lanes()));
    code.simd(SimdOp.VCVTDQ2PS, to, to);
  }

  /// Adds a block to the results: `y = fma(sum, scale · dx, y)`, and likewise for a minimum.
  private void addAll(int tokens, Gpr floats, int floatsAt, int vector) {
    Simd scale = scratch(tokens, 0);
    Simd minimum = scratch(tokens, 1);
    Simd least = scratch(tokens, 2);
    Simd product = scratch(tokens, 3);
    Minima minima = format.minima();
    loadFloats(scale, floats, floatsAt, vector);
    if (minima != Minima.NONE) {
      loadFloats(minimum, floats, floatsAt + layout.floatBytes(), vector);
    }
    if (minima == Minima.WHOLE) {
      integers(least, layout.minimaAt(), vector);
    } else if (minima == Minima.HALVES) {
      int place = layout.minimaAt() + vector * form.vectorBytes / 2;
      code.simd(SimdOp.VPMOVSXBW, least, at(WEIGHTS, place));
    }
    for (int token = 0; token < tokens; token++) {
      boolean scaled = format.scales() > 0;
      Simd sum = scaled ? part(tokens, token) : sum(token);
      Simd free = scaled ? sum(token) : part(tokens, token);
      Simd total = total(tokens, token, vector, free);
      X86Operand dx = floatEverywhere(tokens, activation(token, SCALE));
      code.simd(SimdOp.VMULPS, product, scale, dx);
      code.simd(SimdOp.VFMADD231PS, total, sum, product);
      if (minima != Minima.NONE) {
        code.simd(SimdOp.VMULPS, product, minimum, dx);
        X86Operand all = activation(token, ALL);
        switch (minima) {
          case WHOLE -> {
            code.simd(SimdOp.VPXOR, sum, sum, sum);
            all = floatEverywhere(tokens, activation(token, ALL));
            code.simd(SimdOp.VFMADD231PS, sum, least, all);
            all = sum;
          }
          case HALVES -> {
            code.simd(SimdOp.VPBROADCASTD, sum, all);
            code.simd(SimdOp.VPMADDWD, sum, sum, least);
            code.simd(SimdOp.VCVTDQ2PS, sum, sum);
            all = sum;
          }
          case FLOAT, NONE -> all = floatEverywhere(tokens, activation(token, ALL));
        }
        code.simd(SimdOp.VFMADD231PS, total, product, all);
      }
      keep(tokens, token, vector, total);
    }
  }

  private void loadFloats(Simd to, Gpr base, int displacement, int vector) {
    if (layout.hasHalves()) {
      code.simd(SimdOp.VCVTPH2PS, to, at(base, displacement + vector * form.vectorBytes / 2));
    } else {
      code.simd(SimdOp.VMOVUPS_LOAD, to, at(base, displacement + vector * form.vectorBytes));
    }
  }

  /// {@return an operand that has an int32 in every lane}
  private X86Operand everywhere(int tokens, EffectiveAddress place) {
    if (form.vectorBytes == Simd.ZMM) {
      return place.everyLane();
    }
    code.simd(SimdOp.VPBROADCASTD, right(tokens), place);
    return right(tokens);
  }

  /// {@return an operand that has a float in every lane}
  private X86Operand floatEverywhere(int tokens, EffectiveAddress place) {
    if (form.vectorBytes == Simd.ZMM) {
      return place.everyLane();
    }
    code.simd(SimdOp.VBROADCASTSS, right(tokens), place);
    return right(tokens);
  }

  // ---- Registers: sums of tokens, their parts, scratch, and the results if there is room

  @Override
  boolean inRegisters(int tokens) {
    return form.registers >= (2 + vectors) * tokens + SCRATCH;
  }

  private Simd sum(int token) {
    return form.register(token);
  }

  private Simd part(int tokens, int token) {
    return form.register(tokens + token);
  }

  @Override
  Simd scratch(int tokens, int number) {
    return form.register(2 * tokens + number);
  }

  @Override
  Simd kept(int tokens, int token, int vector) {
    return form.register(2 * tokens + SCRATCH + token * vectors + vector);
  }

  private Simd mask(int tokens, int plane) {
    return scratch(tokens, 4 + plane);
  }

  private Simd levels(int tokens) {
    return scratch(tokens, 6);
  }

  private Simd right(int tokens) {
    return scratch(tokens, 7);
  }
}
