package opml.twins.x86;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Executes our instructions in Java, as the SDM's pages describe them, for processors that lack them. It reads the
/// instructions, not their bytes: those are compared with another assembler's.
///
/// Memory is a list of segments. Number i begins at address `(i + 1) << 40`, so that an access outside of one throws.
public final class Emulator {
  private static final ValueLayout.OfInt I32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfByte I8 = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort I16 =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
  private static final ValueLayout.OfLong I64 =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);

  /// What a function must give back as it found it.
  private static final Set<Gpr> KEPT =
      Set.of(Gpr.RBX, Gpr.RSP, Gpr.RBP, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15);

  private final Map<Gpr, Long> registers = new EnumMap<>(Gpr.class);
  private final int[][] vectors = new int[32][16];
  private byte[][][] matrices = new byte[0][][]; // none without a configuration
  private final List<MemorySegment> memory;

  public Emulator(List<MemorySegment> memory) {
    this.memory = memory;
    for (Gpr register : Gpr.values()) {
      registers.put(register, 0xDEAD_0000_0000_0000L); // nothing may count on it
    }
    for (int[] vector : vectors) {
      Arrays.fill(vector, 0xDEAD_BEEF);
    }
  }

  /// {@return the address of the first byte of a segment}
  public static long address(int segment) {
    return (segment + 1L) << 40;
  }

  /// Calls a function.
  ///
  /// @param arguments where they are expected; RSP is the address of the return address
  public void call(X86Code code, Map<Gpr, Long> arguments) {
    registers.putAll(arguments);
    Map<Gpr, Long> before = new EnumMap<>(registers);
    Map<Integer, Integer> index = new HashMap<>(); // of the instruction at a place
    for (int i = 0; i < code.instructions().size(); i++) {
      index.put(code.instructions().get(i).at(), i);
    }
    boolean equal = false;
    int at = 0;
    while (true) {
      X86Instruction instruction = code.instructions().get(at++);
      List<X86Operand> operands = instruction.operands();
      switch (instruction.operation()) {
        case SimdOp op -> vector(op, operands);
        case AmxOp op -> matrix(op, operands);
        case ScalarOp op -> {
          switch (op) {
            case MOV -> set(operands.get(0), get(operands.get(1)));
            case ADD -> {
              set(operands.get(0), get(operands.get(0)) + get(operands.get(1)));
              equal = get(operands.get(0)) == 0;
            }
            case SUB -> {
              long difference = get(operands.get(0)) - get(operands.get(1));
              if (operands.get(0) instanceof EffectiveAddress address) {
                long to = place(address);
                segment(to).set(I64, offset(to), difference);
              } else {
                set(operands.get(0), difference);
              }
              equal = difference == 0;
            }
            case CMP -> equal = get(operands.get(0)) == get(operands.get(1));
            case JMP, JE, JNE -> {
              if (op == ScalarOp.JMP || equal == (op == ScalarOp.JE)) {
                at = index.get(code.labels().get((Label) operands.getFirst()));
              }
            }
            case RET -> {
              for (Gpr kept : KEPT) {
                if (!registers.get(kept).equals(before.get(kept))) {
                  throw new AssertionError(kept + " was not given back");
                }
              }
              if (matrices.length > 0) {
                throw new AssertionError("the matrices were not given back");
              }
              return;
            }
            case MOV32 -> {
              if (operands.get(0) instanceof EffectiveAddress address) {
                long to = place(address);
                segment(to).set(I32, offset(to), (int) get(operands.get(1)));
              } else {
                set(operands.get(0), get(operands.get(1)) & 0xFFFF_FFFFL);
              }
            }
            case PREFETCHT1 -> {} // changes nothing, and may name any place
            case CPUID, XGETBV -> throw new UnsupportedOperationException(op.name());
          }
        }
      }
    }
  }

  private long get(X86Operand operand) {
    return switch (operand) {
      case Gpr register -> registers.get(register);
      case Immediate immediate -> immediate.value();
      case EffectiveAddress address -> segment(place(address)).get(I64, offset(place(address)));
      case Simd _, Tmm _, Label _ -> throw new AssertionError(operand);
    };
  }

  private void set(X86Operand operand, long value) {
    registers.put((Gpr) operand, value);
  }

  private long place(EffectiveAddress address) {
    long index = address.index() == null ? 0 : registers.get(address.index()) * address.scale();
    return registers.get(address.base()) + index + address.displacement();
  }

  private MemorySegment segment(long address) {
    return memory.get((int) (address >>> 40) - 1);
  }

  private static long offset(long address) {
    return address & ((1L << 40) - 1);
  }

  // ---- Matrices

  private void matrix(AmxOp op, List<X86Operand> operands) {
    if (op == AmxOp.LDTILECFG) {
      long at = place((EffectiveAddress) operands.getFirst());
      matrices = new byte[8][][];
      for (int i = 0; i < matrices.length; i++) {
        int rows = segment(at).get(I8, offset(at) + 48 + i);
        int bytes = segment(at).get(I16, offset(at) + 16 + 2L * i);
        if (segment(at).get(I8, offset(at)) != 1 || rows > 16 || bytes > 64) {
          throw new AssertionError("no configuration: %d rows of %d bytes".formatted(rows, bytes));
        }
        matrices[i] = new byte[rows][bytes];
      }
      return;
    }
    if (op == AmxOp.TILERELEASE) {
      matrices = new byte[0][][];
      return;
    }
    switch (op) {
      case TILEZERO -> {
        for (byte[] row : matrices[((Tmm) operands.getFirst()).number()]) {
          Arrays.fill(row, (byte) 0);
        }
      }
      case TILELOADD, TILESTORED -> {
        boolean loads = op == AmxOp.TILELOADD;
        byte[][] rows = matrices[((Tmm) operands.get(loads ? 0 : 1)).number()];
        EffectiveAddress address = (EffectiveAddress) operands.get(loads ? 1 : 0);
        long distance = registers.get(address.index()) * address.scale();
        for (int i = 0; i < rows.length; i++) {
          long at = registers.get(address.base()) + address.displacement() + i * distance;
          MemorySegment row = MemorySegment.ofArray(rows[i]);
          MemorySegment there = segment(at).asSlice(offset(at), rows[i].length);
          (loads ? row : there).copyFrom(loads ? there : row);
        }
      }
      case TDPBSSD, TDPBSUD -> {
        int mask = op == AmxOp.TDPBSUD ? 255 : -1;
        byte[][] sums = matrices[((Tmm) operands.get(0)).number()];
        byte[][] rows = matrices[((Tmm) operands.get(1)).number()];
        byte[][] columns = matrices[((Tmm) operands.get(2)).number()];
        for (int i = 0; i < sums.length; i++) {
          MemorySegment row = MemorySegment.ofArray(sums[i]);
          for (int j = 0; j < sums[i].length / 4; j++) {
            int sum = row.get(I32, 4L * j);
            for (int k = 0; k < rows[i].length; k++) {
              sum += rows[i][k] * (columns[k / 4][4 * j + k % 4] & mask);
            }
            row.set(I32, 4L * j, sum);
          }
        }
      }
      default -> throw new AssertionError(op);
    }
  }

  // ---- Vectors are ints; the lanes above a register's width become zero when it is written

  private void vector(SimdOp op, List<X86Operand> operands) {
    switch (op) {
      case VZEROUPPER -> {
        for (int number = 0; number < 16; number++) {
          Arrays.fill(vectors[number], 4, 16, 0);
        }
      }
      case VMOVDQU_STORE, VMOVUPS_STORE -> {
        Simd from = (Simd) operands.get(1);
        long to = place((EffectiveAddress) operands.get(0));
        for (int lane = 0; lane < from.bytes() / 4; lane++) {
          segment(to).set(I32, offset(to) + 4L * lane, vectors[from.number()][lane]);
        }
      }
      case VMOVDQU_LOAD, VMOVUPS_LOAD -> {
        Simd to = (Simd) operands.get(0);
        put(to, source(operands.get(1), to.bytes() / 4));
      }
      case VPBROADCASTD, VBROADCASTSS -> {
        int[] lanes = new int[16];
        Arrays.fill(lanes, source(operands.get(1), 1)[0]);
        put((Simd) operands.get(0), lanes);
      }
      case VBROADCASTI128 -> {
        int[] four = source(operands.get(1), 4);
        int[] lanes = new int[16];
        for (int i = 0; i < lanes.length; i++) {
          lanes[i] = four[i % 4];
        }
        put((Simd) operands.get(0), lanes);
      }
      case VPMOVSXBW, VPMOVZXBW -> {
        Simd to = (Simd) operands.get(0);
        int[] from = source(operands.get(1), to.bytes() / 8);
        int[] lanes = new int[16];
        for (int i = 0; i < to.bytes() / 2; i++) {
          byte value = (byte) (from[i / 4] >> 8 * (i % 4));
          int wide = (op == SimdOp.VPMOVSXBW ? value : value & 0xFF) & 0xFFFF;
          lanes[i / 2] |= wide << 16 * (i % 2);
        }
        put(to, lanes);
      }
      case VMOVD -> {
        int[] lanes = new int[16];
        lanes[0] =
            operands.get(1) instanceof Gpr from ? (int) get(from) : source(operands.get(1), 1)[0];
        put((Simd) operands.get(0), lanes);
      }
      case VMOVD_STORE -> {
        long to = place((EffectiveAddress) operands.get(0));
        segment(to).set(I32, offset(to), vectors[((Simd) operands.get(1)).number()][0]);
      }
      case VPHADDD, VPACKSSDW -> {
        Simd to = (Simd) operands.get(0);
        int[] a = source(operands.get(1), to.bytes() / 4);
        int[] b = source(operands.get(2), to.bytes() / 4);
        int[] lanes = new int[16];
        for (int i = 0; i < a.length; i++) {
          int[] from = i % 4 < 2 ? a : b; // within 128 bits
          int first = from[i / 4 * 4 + i % 2 * 2];
          int second = from[i / 4 * 4 + i % 2 * 2 + 1];
          lanes[i] =
              op == SimdOp.VPHADDD
                  ? first + second
                  : saturated(first) & 0xFFFF | saturated(second) << 16;
        }
        put(to, lanes);
      }
      case VPUNPCKLWD, VPUNPCKLDQ, VPUNPCKHDQ -> {
        Simd to = (Simd) operands.get(0);
        int[] a = source(operands.get(1), to.bytes() / 4);
        int[] b = source(operands.get(2), to.bytes() / 4);
        int[] lanes = new int[16];
        for (int i = 0; i < a.length; i++) {
          int first = i / 4 * 4; // within 128 bits
          if (op == SimdOp.VPUNPCKLWD) {
            int word = first + i % 4 / 2;
            int half = i % 2 * 16;
            lanes[i] = a[word] >>> half & 0xFFFF | b[word] >>> half << 16;
          } else {
            int word = first + i % 4 / 2 + (op == SimdOp.VPUNPCKHDQ ? 2 : 0);
            lanes[i] = (i % 2 == 0 ? a : b)[word];
          }
        }
        put(to, lanes);
      }
      case VPSHUFB -> {
        Simd to = (Simd) operands.get(0);
        int[] from = source(operands.get(1), to.bytes() / 4);
        int[] places = source(operands.get(2), to.bytes() / 4);
        int[] lanes = new int[16];
        for (int i = 0; i < to.bytes(); i++) {
          int place = places[i / 4] >> 8 * (i % 4);
          int at = i / 16 * 16 + (place & 15); // within 128 bits
          int value = (place & 0x80) != 0 ? 0 : from[at / 4] >>> 8 * (at % 4) & 0xFF;
          lanes[i / 4] |= value << 8 * (i % 4);
        }
        put(to, lanes);
      }
      case VPSRLW, VPSLLW -> {
        Simd to = (Simd) operands.get(0);
        int bits = (int) get(operands.get(2));
        int[] lanes = source(operands.get(1), to.bytes() / 4);
        for (int i = 0; i < lanes.length; i++) {
          int low = lanes[i] & 0xFFFF;
          int high = lanes[i] >>> 16;
          lanes[i] =
              op == SimdOp.VPSRLW
                  ? low >>> bits | high >>> bits << 16
                  : low << bits & 0xFFFF | high << bits << 16;
        }
        put(to, lanes);
      }
      case VPMOVSXBD, VPMOVZXBD -> {
        Simd to = (Simd) operands.get(0);
        int[] from = source(operands.get(1), to.bytes() / 16);
        int[] lanes = new int[16];
        for (int i = 0; i < to.bytes() / 4; i++) {
          byte value = (byte) (from[i / 4] >> 8 * (i % 4));
          lanes[i] = op == SimdOp.VPMOVSXBD ? value : value & 0xFF;
        }
        put(to, lanes);
      }
      case VPMOVZXWD, VCVTPH2PS -> {
        Simd to = (Simd) operands.get(0);
        int[] from = source(operands.get(1), to.bytes() / 8);
        int[] lanes = new int[16];
        for (int i = 0; i < to.bytes() / 4; i++) {
          int half = from[i / 2] >> 16 * (i % 2) & 0xFFFF;
          lanes[i] = op == SimdOp.VPMOVZXWD ? half : widened((short) half);
        }
        put(to, lanes);
      }
      case VPSRLD, VPSLLD -> {
        Simd to = (Simd) operands.get(0);
        int bits = (int) get(operands.get(2));
        int[] lanes = source(operands.get(1), to.bytes() / 4);
        for (int i = 0; i < lanes.length; i++) {
          lanes[i] = op == SimdOp.VPSRLD ? lanes[i] >>> bits : lanes[i] << bits;
        }
        put(to, lanes);
      }
      case VCVTDQ2PS -> {
        Simd to = (Simd) operands.get(0);
        int[] from = source(operands.get(1), to.bytes() / 4);
        int[] lanes = new int[16];
        for (int i = 0; i < from.length; i++) {
          lanes[i] = Float.floatToIntBits((float) from[i]);
        }
        put(to, lanes);
      }
      case VCVTDQ2PD -> {
        Simd to = (Simd) operands.get(0);
        int[] from = source(operands.get(1), to.bytes() / 8);
        int[] lanes = new int[16];
        for (int i = 0; i < from.length; i++) {
          setDouble(lanes, i, from[i]);
        }
        put(to, lanes);
      }
      case VBROADCASTSD -> {
        int[] from = source(operands.get(1), 2);
        int[] lanes = new int[16];
        for (int i = 0; i < lanes.length; i++) {
          lanes[i] = from[i % 2];
        }
        put((Simd) operands.get(0), lanes);
      }
      case VFMADD213PD, VMAXPD, VMINPD -> {
        Simd to = (Simd) operands.get(0);
        int[] old = vectors[to.number()];
        int[] a = source(operands.get(1), to.bytes() / 4);
        int[] b = source(operands.get(2), to.bytes() / 4);
        int[] lanes = new int[16];
        for (int i = 0; i < to.bytes() / 8; i++) {
          double first = getDouble(a, i);
          double second = getDouble(b, i);
          setDouble(
              lanes,
              i,
              switch (op) {
                case VFMADD213PD -> Math.fma(first, getDouble(old, i), second);
                case VMAXPD -> first > second ? first : second;
                default -> first < second ? first : second;
              });
        }
        put(to, lanes);
      }
      case VPERMD -> {
        Simd to = (Simd) operands.get(0);
        int count = to.bytes() / 4;
        int[] places = source(operands.get(1), count);
        int[] from = source(operands.get(2), count);
        int[] lanes = new int[16];
        for (int i = 0; i < count; i++) {
          lanes[i] = from[places[i] & count - 1];
        }
        put(to, lanes);
      }
      case VPERMT2D -> {
        Simd to = (Simd) operands.get(0);
        int count = to.bytes() / 4;
        int[] old = vectors[to.number()];
        int[] places = source(operands.get(1), count);
        int[] from = source(operands.get(2), count);
        int[] lanes = new int[16];
        for (int i = 0; i < count; i++) {
          lanes[i] = ((places[i] & count) == 0 ? old : from)[places[i] & count - 1];
        }
        put(to, lanes);
      }
      case VPMOVDB_STORE -> {
        Simd from = (Simd) operands.get(1);
        long to = place((EffectiveAddress) operands.get(0));
        for (int lane = 0; lane < from.bytes() / 4; lane++) {
          segment(to).set(I8, offset(to) + lane, (byte) vectors[from.number()][lane]);
        }
      }
      case VPMADDUBSW,
          VPMADDWD,
          VPADDD,
          VPADDW,
          VPMULLD,
          VPAND,
          VPOR,
          VPXOR,
          VPDPBUSD,
          VADDPS,
          VMULPS,
          VMAXPS,
          VMINPS,
          VFMADD231PS,
          VFIXUPIMMPS -> {
        Simd to = (Simd) operands.get(0);
        int[] a = source(operands.get(1), to.bytes() / 4);
        int[] b = source(operands.get(2), to.bytes() / 4);
        int[] lanes = new int[16];
        for (int i = 0; i < to.bytes() / 4; i++) {
          lanes[i] = lane(op, vectors[to.number()][i], a[i], b[i]);
        }
        put(to, lanes);
      }
    }
  }

  private static int lane(SimdOp op, int old, int a, int b) {
    return switch (op) {
      case VPADDD -> a + b;
      case VPADDW -> (a + b & 0xFFFF) | ((a >> 16) + (b >> 16)) << 16;
      case VPMULLD -> a * b;
      case VPAND -> a & b;
      case VPOR -> a | b;
      case VPMADDUBSW -> saturated(a, b) & 0xFFFF | saturated(a >> 16, b >> 16) << 16;
      case VPXOR -> a ^ b;
      case VPMADDWD -> (short) a * (short) b + (a >> 16) * (b >> 16);
      case VPDPBUSD -> {
        int sum = old;
        for (int i = 0; i < 32; i += 8) {
          sum += (a >> i & 0xFF) * (byte) (b >> i); // the first source is unsigned
        }
        yield sum;
      }
      case VADDPS -> Float.floatToIntBits(Float.intBitsToFloat(a) + Float.intBitsToFloat(b));
      case VMULPS -> Float.floatToIntBits(Float.intBitsToFloat(a) * Float.intBitsToFloat(b));
      case VMAXPS -> Float.intBitsToFloat(a) > Float.intBitsToFloat(b) ? a : b;
      case VMINPS -> Float.intBitsToFloat(a) < Float.intBitsToFloat(b) ? a : b;
      case VFIXUPIMMPS ->
          switch (b >> 4 * kind(a) & 15) {
            case 0 -> old;
            case 1 -> a;
            default -> throw new UnsupportedOperationException("vfixupimmps with other responses");
          };
      case VFMADD231PS ->
          Float.floatToIntBits(
              Math.fma(
                  Float.intBitsToFloat(a), Float.intBitsToFloat(b), Float.intBitsToFloat(old)));
      default -> throw new AssertionError(op);
    };
  }

  /// {@return what VFIXUPIMMPS takes a float for}
  private static int kind(int bits) {
    float value = Float.intBitsToFloat(bits);
    if (Float.isNaN(value)) {
      boolean isQuiet = (bits & 1 << 22) != 0;
      return isQuiet ? 0 : 1;
    }
    if (value == 0f || value == 1f) {
      return value == 0f ? 2 : 3;
    }
    if (Float.isInfinite(value)) {
      return value < 0 ? 4 : 5;
    }
    return value < 0 ? 6 : 7;
  }

  private static double getDouble(int[] lanes, int number) {
    long low = lanes[2 * number] & 0xFFFF_FFFFL;
    return Double.longBitsToDouble((long) lanes[2 * number + 1] << Integer.SIZE | low);
  }

  private static void setDouble(int[] lanes, int number, double value) {
    long bits = Double.doubleToRawLongBits(value);
    lanes[2 * number] = (int) bits;
    lanes[2 * number + 1] = (int) (bits >>> Integer.SIZE);
  }

  /// {@return two products of bytes, added; the first are unsigned}
  private static int saturated(int a, int b) {
    return saturated((a & 0xFF) * (byte) b + (a >> 8 & 0xFF) * (byte) (b >> 8));
  }

  private static int saturated(int value) {
    return Math.clamp(value, Short.MIN_VALUE, Short.MAX_VALUE);
  }

  /// {@return the lanes of a register or of memory}
  private int[] source(X86Operand operand, int lanes) {
    return switch (operand) {
      case Simd register -> Arrays.copyOf(vectors[register.number()], lanes);
      case EffectiveAddress address -> {
        int[] read = new int[lanes];
        long place = place(address);
        for (int lane = 0; lane < lanes; lane++) {
          long at = place + (address.broadcast() ? 0 : 4L * lane);
          read[lane] = segment(at).get(I32, offset(at));
        }
        yield read;
      }
      case Gpr _, Tmm _, Immediate _, Label _ -> throw new AssertionError(operand);
    };
  }

  private void put(Simd to, int[] lanes) {
    Arrays.fill(vectors[to.number()], 0);
    System.arraycopy(lanes, 0, vectors[to.number()], 0, Math.min(lanes.length, to.bytes() / 4));
  }

  /// As processors do it: a NaN keeps its bits, and is quiet then.
  private static int widened(short half) {
    boolean isNan = (half & 0x7c00) == 0x7c00 && (half & 0x3ff) != 0;
    return isNan
        ? (half & 0x8000) << 16 | 0x7fc00000 | (half & 0x3ff) << 13
        : Float.floatToIntBits(Float.float16ToFloat(half));
  }
}
