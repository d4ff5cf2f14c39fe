package opml.twins.x86;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes x86-64 instructions, one after the other.
///
/// ```java
/// X86Assembler code = new X86Assembler();
/// Label loop = code.bind(code.label());
/// code.simd(SimdOp.VPADDD, ymm(0), ymm(0), EffectiveAddress.at(Gpr.RDI));
/// code.add(Gpr.RDI, 32);
/// code.sub(Gpr.RSI, 1);
/// code.jump(ScalarOp.JNE, loop);
/// code.ret();
/// X86Code done = code.done();
/// ```
///
/// Sections are those of the SDM, volume 2.
public final class X86Assembler {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<X86Instruction> instructions = new ArrayList<>();
  private final Map<Label, Integer> labels = new HashMap<>();
  private final Map<Integer, Label> jumps = new HashMap<>(); // where a distance is missing
  private int labelCount;

  /// {@return a label that is not bound yet}
  public Label label() {
    return new Label(labelCount++);
  }

  /// {@return the label, which stands here from now on}
  public Label bind(Label label) {
    if (labels.putIfAbsent(label, out.size()) != null) {
      throw new IllegalArgumentException("label " + label + " is bound already");
    }
    return label;
  }

  // ---- General purpose: REX.W (2.2.1.2) makes 64 bits of what would be 32

  /// `mov to, from`.
  public void mov(Gpr to, Gpr from) {
    begin(ScalarOp.MOV, to, from);
    rexW(from.high(), 0, to.high());
    emit(0x89);
    modRmRegister(from.low(), to.low());
  }

  /// `mov to, [from]`.
  public void mov(Gpr to, EffectiveAddress from) {
    begin(ScalarOp.MOV, to, from);
    rexW(to.high(), from.indexHigh(), from.base().high());
    emit(0x8B);
    modRmMemory(to.low(), from, 1);
  }

  /// `mov to, from` of the lower halves.
  public void mov32(Gpr to, Gpr from) {
    begin(ScalarOp.MOV32, to, from);
    rexIfAny(from.high(), 0, to.high());
    emit(0x89);
    modRmRegister(from.low(), to.low());
  }

  /// `mov to, value` of the lower half.
  public void mov32(Gpr to, int value) {
    begin(ScalarOp.MOV32, to, new Immediate(value));
    rexIfAny(0, 0, to.high());
    emit(0xB8 | to.low());
    emit32(value);
  }

  /// `mov [to], from` of the lower half.
  public void mov32(EffectiveAddress to, Gpr from) {
    begin(ScalarOp.MOV32, to, from);
    rexIfAny(from.high(), to.indexHigh(), to.base().high());
    emit(0x89);
    modRmMemory(from.low(), to, 1);
  }

  /// `add to, from`.
  public void add(Gpr to, Gpr from) {
    begin(ScalarOp.ADD, to, from);
    rexW(from.high(), 0, to.high());
    emit(0x01);
    modRmRegister(from.low(), to.low());
  }

  /// `sub to, from`.
  public void sub(Gpr to, Gpr from) {
    begin(ScalarOp.SUB, to, from);
    rexW(from.high(), 0, to.high());
    emit(0x29);
    modRmRegister(from.low(), to.low());
  }

  /// `sub [to], value`, of 64 bits.
  ///
  /// @param value of 8 bits, with a sign
  public void sub(EffectiveAddress to, int value) {
    Immediate subtrahend = new Immediate(value);
    if (!subtrahend.isByte()) {
      throw new IllegalArgumentException("no byte holds " + value);
    }
    begin(ScalarOp.SUB, to, subtrahend);
    rexW(0, to.indexHigh(), to.base().high());
    emit(0x83);
    modRmMemory(5, to, 1);
    emit(value);
  }

  /// `add to, value`.
  public void add(Gpr to, int value) {
    arithmetic(ScalarOp.ADD, 0, to, new Immediate(value));
  }

  /// `sub to, value`.
  public void sub(Gpr to, int value) {
    arithmetic(ScalarOp.SUB, 5, to, new Immediate(value));
  }

  /// `cmp to, from`.
  public void cmp(Gpr to, Gpr from) {
    begin(ScalarOp.CMP, to, from);
    rexW(from.high(), 0, to.high());
    emit(0x39);
    modRmRegister(from.low(), to.low());
  }

  /// `cmp to, value`.
  public void cmp(Gpr to, int value) {
    arithmetic(ScalarOp.CMP, 7, to, new Immediate(value));
  }

  /// 83 /extension ib, or 81 /extension id where a byte does not hold the number; for RAX the latter has an opcode of
  /// its own.
  private void arithmetic(ScalarOp op, int extension, Gpr to, Immediate value) {
    begin(op, to, value);
    rexW(0, 0, to.high());
    if (to == Gpr.RAX && !value.isByte()) {
      emit(extension << 3 | 0x05);
    } else {
      emit(value.isByte() ? 0x83 : 0x81);
      modRmRegister(extension, to.low());
    }
    if (value.isByte()) {
      emit(value.value());
    } else {
      emit32(value.value());
    }
  }

  /// A jump; its distance always takes 32 bits, because a label may not be bound yet.
  public void jump(ScalarOp op, Label to) {
    begin(op, to);
    switch (op) {
      case JMP -> emit(0xE9);
      case JE -> emit(0x0F, 0x84);
      case JNE -> emit(0x0F, 0x85);
      case MOV, MOV32, ADD, SUB, CMP, PREFETCHT1, CPUID, XGETBV, RET ->
          throw new IllegalArgumentException(op + " is no jump");
    }
    jumps.put(out.size(), to);
    emit32(0);
  }

  /// Has the cache line of a place brought into the second-level cache; wherever that is, nothing fails.
  public void prefetch(EffectiveAddress place) {
    begin(ScalarOp.PREFETCHT1, place);
    rexIfAny(0, place.indexHigh(), place.base().high());
    emit(0x0F, 0x18);
    modRmMemory(2, place, 1);
  }

  public void ret() {
    begin(ScalarOp.RET);
    emit(0xC3);
  }

  public void cpuid() {
    begin(ScalarOp.CPUID);
    emit(0x0F, 0xA2);
  }

  public void xgetbv() {
    begin(ScalarOp.XGETBV);
    emit(0x0F, 0x01, 0xD0);
  }

  // ---- Vectors

  /// An instruction without operands.
  public void simd(SimdOp op) {
    require(op, SimdOp.Form.ZO);
    begin(op);
    // VEX.128; there is no ModRM
    vex(op, Simd.XMM, 0, 0, 0, 0);
  }

  /// A load, or what has a source and a destination.
  public void simd(SimdOp op, Simd to, X86Operand from) {
    require(op, SimdOp.Form.RM);
    vector(begin(op, to, from), op, to.bytes(), to, null, from);
  }

  /// A store.
  public void simd(SimdOp op, EffectiveAddress to, Simd from) {
    require(op, SimdOp.Form.MR);
    vector(begin(op, to, from), op, from.bytes(), from, null, to);
  }

  /// What has two sources and a destination, which may be a third source.
  public void simd(SimdOp op, Simd to, Simd first, X86Operand second) {
    require(op, SimdOp.Form.RVM);
    vector(begin(op, to, first, second), op, to.bytes(), to, first, second);
  }

  /// What has two sources, a destination, and a constant that says what to do.
  ///
  /// @param constant 0 to 255
  public void simd(SimdOp op, Simd to, Simd first, X86Operand second, int constant) {
    require(op, SimdOp.Form.RVMI);
    X86Instruction instruction = begin(op, to, first, second, new Immediate(constant));
    vector(instruction, op, to.bytes(), to, first, second);
    emit(constant);
  }

  /// A shift by a constant.
  ///
  /// @param bits 0 to 127
  public void simd(SimdOp op, Simd to, Simd from, int bits) {
    require(op, SimdOp.Form.VMI);
    X86Instruction instruction = begin(op, to, from, new Immediate(bits));
    vector(instruction, op, to.bytes(), new Simd(to.bytes(), op.extension), to, from);
    emit(bits);
  }

  private static void require(SimdOp op, SimdOp.Form form) {
    if (op.form != form) {
      throw new IllegalArgumentException(op + " has operands " + op.form + ", not " + form);
    }
  }

  private void vector(
      X86Instruction instruction,
      SimdOp op,
      int vectorBytes,
      Simd reg,
      @Nullable Simd vvvv,
      X86Operand rm) {
    int second = vvvv == null ? 0 : vvvv.number(); // a field not used is 1111, the inverse of 0
    // Register numbers have five bits; ModRM holds three, and prefixes the others. Memory has X for
    // its index; a register
    // in r/m has it for its fifth bit, with EVEX.
    int x;
    int b;
    switch (rm) {
      case Simd register -> {
        x = register.number() >> 4;
        b = register.number() >> 3 & 1;
      }
      case EffectiveAddress address -> {
        x = address.indexHigh();
        b = address.base().high();
      }
      case Gpr general when op == SimdOp.VMOVD -> {
        x = 0;
        b = general.high();
      }
      case Gpr _, Tmm _, Immediate _, Label _ ->
          throw new IllegalArgumentException(op + " of " + rm);
    }
    boolean evex = instruction.needsEvex();
    if (!evex && op.vexMnemonic.isEmpty()) {
      throw new IllegalArgumentException(op + " has no VEX form, for " + instruction.operands());
    }
    if (evex) {
      boolean broadcast = rm instanceof EffectiveAddress address && address.broadcast();
      if (broadcast && op.tuple != SimdOp.Tuple.FULL) {
        throw new IllegalArgumentException(op + " broadcasts nothing");
      }
      evex(op, vectorBytes, reg.number(), second, x, b, broadcast);
    } else {
      vex(op, vectorBytes, reg.number() >> 3, second, x, b);
    }
    if (rm instanceof EffectiveAddress address) {
      int unit = evex ? op.displacementUnit(vectorBytes, address.broadcast()) : 1;
      modRmMemory(reg.number() & 7, address, unit);
    } else if (rm instanceof Simd register) {
      modRmRegister(reg.number() & 7, register.number() & 7);
    } else if (rm instanceof Gpr general) {
      modRmRegister(reg.number() & 7, general.low());
    }
  }

  /// VEX (2.3.5, figure 2-9). R, X, B and vvvv are inverted. Two bytes where X, B and W are 0 and the map is 0F.
  private void vex(SimdOp op, int vectorBytes, int r, int vvvv, int x, int b) {
    int length = vectorBytes == Simd.YMM ? 1 : 0;
    int last = op.vexW() << 7 | (~vvvv & 15) << 3 | length << 2 | op.prefix;
    if (x == 0 && b == 0 && op.map == 1 && op.vexW() == 0) {
      emit(0xC5, (r ^ 1) << 7 | last);
    } else {
      emit(0xC4, (r ^ 1) << 7 | (x ^ 1) << 6 | (b ^ 1) << 5 | op.map, last);
    }
    emit(op.opcode);
  }

  /// EVEX (2.7.1, figure 2-11, table 2-30): no mask (aaa = 0), no zeroing. R', R, X, B, V' and vvvv are inverted.
  private void evex(
      SimdOp op, int vectorBytes, int reg, int vvvv, int x, int b, boolean broadcast) {
    int p0 = (~reg >> 3 & 1) << 7 | (x ^ 1) << 6 | (b ^ 1) << 5 | (~reg >> 4 & 1) << 4 | op.map;
    int p1 = op.evexW() << 7 | (~vvvv & 15) << 3 | 1 << 2 | op.prefix;
    int length = Integer.numberOfTrailingZeros(vectorBytes / Simd.XMM);
    int p2 = length << 5 | (broadcast ? 1 : 0) << 4 | (~vvvv >> 4 & 1) << 3;
    emit(0x62, p0, p1, p2, op.opcode);
  }

  // ---- Matrices

  /// What has no operand.
  public void amx(AmxOp op) {
    begin(op);
    amx(op, 0, 0, 0, 0);
    modRmRegister(0, 0);
  }

  /// What has a matrix alone.
  public void amx(AmxOp op, Tmm matrix) {
    begin(op, matrix);
    amx(op, 0, 0, 0, 0);
    modRmRegister(matrix.number(), 0);
  }

  /// What reads a configuration.
  public void amx(AmxOp op, EffectiveAddress place) {
    begin(op, place);
    amx(op, 0, 0, place.indexHigh(), place.base().high());
    modRmMemory(0, place, 1);
  }

  /// A load.
  ///
  /// @param from with an index: the bytes from one row to the next
  public void amx(AmxOp op, Tmm to, EffectiveAddress from) {
    begin(op, to, from);
    rows(op, to, from);
  }

  /// A store.
  ///
  /// @param to with an index: the bytes from one row to the next
  public void amx(AmxOp op, EffectiveAddress to, Tmm from) {
    begin(op, to, from);
    rows(op, from, to);
  }

  private void rows(AmxOp op, Tmm matrix, EffectiveAddress place) {
    if (place.index() == null) {
      throw new IllegalArgumentException(op + " needs an index, the distance of rows");
    }
    amx(op, 0, 0, place.indexHigh(), place.base().high());
    modRmMemory(matrix.number(), place, 1);
  }

  /// Products.
  ///
  /// @param rows of which a row of the result is made
  /// @param columns of which a column is made: a row of it has four elements of each
  public void amx(AmxOp op, Tmm sums, Tmm rows, Tmm columns) {
    begin(op, sums, rows, columns);
    amx(op, 0, columns.number(), 0, 0);
    modRmRegister(sums.number(), rows.number());
  }

  private void amx(AmxOp op, int r, int vvvv, int x, int b) {
    int map = 2;
    emit(0xC4, (r ^ 1) << 7 | (x ^ 1) << 6 | (b ^ 1) << 5 | map);
    emit((~vvvv & 15) << 3 | op.prefix, op.opcode);
  }

  // ---- Parts of instructions

  /// The prefix REX with W (2.2.1.2).
  private void rexW(int r, int x, int b) {
    emit(0x48 | r << 2 | x << 1 | b);
  }

  private void rexIfAny(int r, int x, int b) {
    if ((r | x | b) != 0) {
      emit(0x40 | r << 2 | x << 1 | b);
    }
  }

  /// ModRM of two registers: mod = 11 (2.1.3, table 2-2).
  private void modRmRegister(int reg, int rm) {
    emit(0b11 << 6 | reg << 3 | rm);
  }

  /// ModRM, SIB and displacement of a register and memory (2.1.3, tables 2-2 and 2-3). RSP and R12 as a base need a SIB
  /// byte, as their r/m announces one; RBP and R13 a displacement, as theirs without one means something else.
  ///
  /// @param unit what an 8-bit displacement counts in: disp8*N of EVEX (2.7.5)
  private void modRmMemory(int reg, EffectiveAddress address, int unit) {
    int displacement = address.displacement();
    int base = address.base().low();
    Gpr index = address.index();
    boolean none = displacement == 0 && base != Gpr.RBP.low();
    int scaled = displacement / unit;
    boolean small = displacement % unit == 0 && scaled == (byte) scaled;
    int mod = none ? 0b00 : small ? 0b01 : 0b10;
    if (index != null || base == Gpr.RSP.low()) {
      int sibIndex = index == null ? Gpr.RSP.low() : index.low(); // RSP's number means none
      int scaleBits = Integer.numberOfTrailingZeros(address.scale());
      emit(mod << 6 | reg << 3 | Gpr.RSP.low(), scaleBits << 6 | sibIndex << 3 | base);
    } else {
      emit(mod << 6 | reg << 3 | base);
    }
    if (mod == 0b01) {
      emit(scaled);
    } else if (mod == 0b10) {
      emit32(displacement);
    }
  }

  private X86Instruction begin(X86Operation operation, X86Operand... operands) {
    X86Instruction instruction = new X86Instruction(operation, List.of(operands), out.size());
    instructions.add(instruction);
    return instruction;
  }

  private void emit(int... bytes) {
    for (int each : bytes) {
      out.write(each);
    }
  }

  private void emit32(int value) {
    emit(value, value >> 8, value >> 16, value >> 24);
  }

  /// {@return the code}
  public X86Code done() {
    byte[] bytes = out.toByteArray();
    jumps.forEach(
        (at, label) -> {
          Integer target = labels.get(label);
          if (target == null) {
            throw new IllegalStateException("label " + label + " is not bound");
          }
          int distance = target - (at + Integer.BYTES); // from the instruction behind
          for (int i = 0; i < Integer.BYTES; i++) {
            bytes[at + i] = (byte) (distance >> 8 * i);
          }
        });
    return new X86Code(bytes, instructions, labels);
  }
}
