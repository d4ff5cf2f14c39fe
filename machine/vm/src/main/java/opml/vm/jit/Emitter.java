package opml.vm.jit;

import static java.lang.constant.ConstantDescs.CD_byte;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_short;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.VarHandle;
import opml.vm.isa.Arithmetic;
import opml.vm.isa.Instruction;
import opml.vm.state.Memory;
import opml.vm.state.Words;

/// Bytecode of single instructions, all but the jumps. Each guest register has a local variable of its own.
///
/// An address is masked by a constant, and the memory's array is a constant of the class, so that HotSpot sees that no
/// access can be out of range.
final class Emitter {
  static final ClassDesc BYTES = CD_byte.arrayType();
  private static final ClassDesc HANDLE = desc(VarHandle.class);
  private static final ClassDesc WORDS = desc(Words.class);
  private static final ClassDesc MATH = desc(Math.class);
  private static final ClassDesc LONG = desc(Long.class);
  private static final ClassDesc ARITHMETIC = desc(Arithmetic.class);
  private static final MethodTypeDesc LONGS = MethodTypeDesc.of(CD_long, CD_long, CD_long);
  private static final MethodTypeDesc INTS = MethodTypeDesc.of(CD_int, CD_int, CD_int);
  private static final MethodTypeDesc COMPARE = MethodTypeDesc.of(CD_int, CD_long, CD_long);
  private static final long WORD_MASK = 0xffff_ffffL;

  private final CodeBuilder code;
  private final int addressMask;
  private final int index;
  private final int firstRegister;
  private final Facts facts;

  /// @param memoryBytes the memory's size
  /// @param index a local variable of type int to use
  /// @param firstRegister the first of 62 local variables, two each for x1 to x31
  /// @param facts what is known so far
  Emitter(CodeBuilder code, int memoryBytes, int index, int firstRegister, Facts facts) {
    this.code = code;
    this.addressMask = memoryBytes - 1;
    this.index = index;
    this.firstRegister = firstRegister;
    this.facts = facts;
  }

  static ClassDesc desc(Class<?> type) {
    return ClassDesc.ofDescriptor(type.descriptorString());
  }

  int local(int register) {
    return firstRegister + 2 * (register - 1);
  }

  /// Pushes a register.
  void get(int register) {
    Long constant = facts.constant(register);
    if (register == 0) {
      code.lconst_0();
    } else if (constant != null) {
      code.loadConstant(constant.longValue());
    } else {
      code.lload(local(register));
    }
  }

  /// Pops into a register.
  void put(int register) {
    if (register == 0) {
      code.pop2();
    } else {
      code.lstore(local(register));
    }
  }

  void put(int register, long value) {
    if (register != 0) {
      code.loadConstant(value);
      put(register);
    }
  }

  /// Jumps if a branch is taken.
  void branch(Instruction i, Label taken) {
    get(i.rs1());
    get(i.rs2());
    switch (i.op()) {
      case BEQ -> code.lcmp().ifeq(taken);
      case BNE -> code.lcmp().ifne(taken);
      case BLT -> code.lcmp().iflt(taken);
      case BGE -> code.lcmp().ifge(taken);
      case BLTU -> unsignedCompare().iflt(taken);
      case BGEU -> unsignedCompare().ifge(taken);
      default -> throw new IllegalArgumentException("not a branch: " + i);
    }
  }

  private CodeBuilder unsignedCompare() {
    return code.invokestatic(LONG, "compareUnsigned", COMPARE);
  }

  /// Executes an instruction that goes on to the next one.
  ///
  /// @param pc the instruction's address
  void execute(Instruction i, long pc) {
    switch (i.op()) {
      case LUI -> put(i.rd(), i.imm());
      case AUIPC -> put(i.rd(), pc + i.imm());
      case LB, LBU, LH, LHU, LW, LWU, LD -> load(i);
      case SB, SH, SW, SD -> store(i);
      case ADDI, SLTI, SLTIU, XORI, ORI, ANDI, SLLI, SRLI, SRAI -> immediate(i);
      case ADDIW, SLLIW, SRLIW, SRAIW -> {
        if (i.imm() == 0 && facts.isWord(i.rs1())) {
          get(i.rs1());
          put(i.rd());
        } else {
          wordImmediate(i);
        }
      }
      case ADD, SUB, SLL, SLT, SLTU, XOR, SRL, SRA, OR, AND -> register(i);
      case MUL, MULH, MULHSU, MULHU, DIV, DIVU, REM, REMU -> multiply(i);
      case ADDW, SUBW, SLLW, SRLW, SRAW, MULW, DIVW, DIVUW, REMW, REMUW -> word(i);
      case FENCE -> {}
      case JAL, JALR, BEQ, BNE, BLT, BGE, BLTU, BGEU, ECALL, ILLEGAL ->
          throw new IllegalArgumentException("ends a block: " + i);
    }
    facts.after(i);
  }

  private CodeBuilder memory() {
    return code.getstatic(RegionWriter.TYPE, RegionWriter.MEMORY, BYTES);
  }

  /// Pushes the index of an access.
  private void address(Instruction i, int width) {
    get(i.rs1());
    code.l2i();
    if (i.imm() != 0) {
      code.loadConstant(i.imm()).iadd();
    }
    boolean aligned = facts.isAligned(i.rs1(), i.imm(), width);
    code.loadConstant(aligned ? addressMask : addressMask & -width).iand();
  }

  private void load(Instruction i) {
    if (i.rd() == 0) {
      return;
    }
    switch (i.op()) {
      case LB -> loadByte(i).i2l();
      case LBU -> loadByte(i).loadConstant(0xff).iand().i2l();
      case LH -> view(i, "SHORT", CD_short, 2).i2l();
      case LHU -> view(i, "SHORT", CD_short, 2).loadConstant(0xffff).iand().i2l();
      case LW -> view(i, "INT", CD_int, 4).i2l();
      case LWU -> view(i, "INT", CD_int, 4).i2l().loadConstant(WORD_MASK).land();
      case LD -> view(i, "LONG", CD_long, 8);
      default -> throw new IllegalArgumentException("not a load: " + i);
    }
    put(i.rd());
  }

  private CodeBuilder loadByte(Instruction i) {
    memory();
    address(i, 1);
    return code.baload();
  }

  private CodeBuilder view(Instruction i, String handle, ClassDesc type, int width) {
    code.getstatic(WORDS, handle, HANDLE);
    memory();
    address(i, width);
    return code.invokevirtual(HANDLE, "get", MethodTypeDesc.of(type, BYTES, CD_int));
  }

  private void store(Instruction i) {
    switch (i.op()) {
      case SB -> {
        address(i, 1);
        code.istore(index);
        memory().iload(index);
        get(i.rs2());
        code.l2i().bastore();
      }
      case SH -> storeView(i, "SHORT", CD_short, 2);
      case SW -> storeView(i, "INT", CD_int, 4);
      case SD -> storeView(i, "LONG", CD_long, 8);
      default -> throw new IllegalArgumentException("not a store: " + i);
    }
    code.getstatic(RegionWriter.TYPE, RegionWriter.DIRTY, BYTES)
        .iload(index)
        .loadConstant(Memory.PAGE_SHIFT)
        .iushr();
    code.iconst_1().bastore();
  }

  private void storeView(Instruction i, String handle, ClassDesc type, int width) {
    address(i, width);
    code.istore(index);
    code.getstatic(WORDS, handle, HANDLE);
    memory().iload(index);
    get(i.rs2());
    if (width < 8) {
      code.l2i();
    }
    if (width < 4) {
      code.i2s();
    }
    code.invokevirtual(HANDLE, "set", MethodTypeDesc.of(CD_void, BYTES, CD_int, type));
  }

  private void immediate(Instruction i) {
    get(i.rs1());
    switch (i.op()) {
      case ADDI -> {
        if (i.imm() != 0) {
          code.loadConstant((long) i.imm()).ladd();
        }
      }
      case SLTI -> flag(code.loadConstant((long) i.imm()).lcmp());
      case SLTIU -> {
        code.loadConstant((long) i.imm());
        flag(unsignedCompare());
      }
      case XORI -> code.loadConstant((long) i.imm()).lxor();
      case ORI -> code.loadConstant((long) i.imm()).lor();
      case ANDI -> code.loadConstant((long) i.imm()).land();
      case SLLI -> code.loadConstant(i.imm()).lshl();
      case SRLI -> code.loadConstant(i.imm()).lushr();
      case SRAI -> code.loadConstant(i.imm()).lshr();
      default -> throw new IllegalArgumentException(i.toString());
    }
    put(i.rd());
  }

  private void wordImmediate(Instruction i) {
    get(i.rs1());
    code.l2i();
    switch (i.op()) {
      case ADDIW -> {
        if (i.imm() != 0) {
          code.loadConstant(i.imm()).iadd();
        }
      }
      case SLLIW -> code.loadConstant(i.imm()).ishl();
      case SRLIW -> code.loadConstant(i.imm()).iushr();
      case SRAIW -> code.loadConstant(i.imm()).ishr();
      default -> throw new IllegalArgumentException(i.toString());
    }
    code.i2l();
    put(i.rd());
  }

  private void register(Instruction i) {
    get(i.rs1());
    get(i.rs2());
    switch (i.op()) {
      case ADD -> code.ladd();
      case SUB -> code.lsub();
      case SLL -> code.l2i().lshl();
      case SLT -> flag(code.lcmp());
      case SLTU -> flag(unsignedCompare());
      case XOR -> code.lxor();
      case SRL -> code.l2i().lushr();
      case SRA -> code.l2i().lshr();
      case OR -> code.lor();
      case AND -> code.land();
      default -> throw new IllegalArgumentException(i.toString());
    }
    put(i.rd());
  }

  private void multiply(Instruction i) {
    get(i.rs1());
    get(i.rs2());
    switch (i.op()) {
      case MUL -> code.lmul();
      case MULH -> code.invokestatic(MATH, "multiplyHigh", LONGS);
      case MULHU -> code.invokestatic(MATH, "unsignedMultiplyHigh", LONGS);
      case MULHSU -> code.invokestatic(ARITHMETIC, "multiplyHighSignedUnsigned", LONGS);
      case DIV -> code.invokestatic(ARITHMETIC, "divide", LONGS);
      case DIVU -> code.invokestatic(ARITHMETIC, "divideUnsigned", LONGS);
      case REM -> code.invokestatic(ARITHMETIC, "remainder", LONGS);
      case REMU -> code.invokestatic(ARITHMETIC, "remainderUnsigned", LONGS);
      default -> throw new IllegalArgumentException(i.toString());
    }
    put(i.rd());
  }

  private void word(Instruction i) {
    get(i.rs1());
    code.l2i();
    get(i.rs2());
    code.l2i();
    switch (i.op()) {
      case ADDW -> code.iadd();
      case SUBW -> code.isub();
      case SLLW -> code.ishl();
      case SRLW -> code.iushr();
      case SRAW -> code.ishr();
      case MULW -> code.imul();
      case DIVW -> code.invokestatic(ARITHMETIC, "divide", INTS);
      case DIVUW -> code.invokestatic(ARITHMETIC, "divideUnsigned", INTS);
      case REMW -> code.invokestatic(ARITHMETIC, "remainder", INTS);
      case REMUW -> code.invokestatic(ARITHMETIC, "remainderUnsigned", INTS);
      default -> throw new IllegalArgumentException(i.toString());
    }
    code.i2l();
    put(i.rd());
  }

  /// Turns the outcome of a comparison into 1 if less, and 0 otherwise.
  private static void flag(CodeBuilder compared) {
    compared.loadConstant(31).iushr().i2l();
  }
}
