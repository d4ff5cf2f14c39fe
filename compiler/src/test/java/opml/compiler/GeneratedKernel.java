package opml.compiler;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.SplittableRandom;

/// Writes class files of random kernels: nested statements over six locals of each type, random expressions with every
/// operator, values that stay on the operand stack across branches, and all locals stored at the end of each turn.
final class GeneratedKernel {
  static final String NAME = "opml/compiler/Generated";
  static final int LOCALS = 6;

  /// Bytes read and written per turn of the outer loop.
  static final int IN = LOCALS * 16;

  static final int OUT = LOCALS * 16;

  private static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
  private static final ClassDesc MEM = ClassDesc.of("opml.kernels.memory.Mem");
  private static final ClassDesc F32 = ClassDesc.of("opml.kernels.memory.F32");
  private static final ClassDesc SELF = ClassDesc.ofInternalName(NAME);
  private static final MethodTypeDesc HELPER =
      MethodTypeDesc.of(
          ConstantDescs.CD_long,
          ConstantDescs.CD_int,
          ConstantDescs.CD_long,
          ConstantDescs.CD_float,
          ConstantDescs.CD_long,
          ConstantDescs.CD_int,
          ConstantDescs.CD_int);

  private static final int TURN = 3;
  private static final int INTS = 4;
  private static final int LONGS = INTS + LOCALS;
  private static final int FLOATS = LONGS + 2 * LOCALS;
  private static final int COUNTERS = FLOATS + LOCALS;

  private final SplittableRandom random;
  private CodeBuilder code;
  private int counters;

  private GeneratedKernel(long seed) {
    random = new SplittableRandom(seed);
  }

  /// {@return the class file of the kernel `run(x, y, n)`}
  static byte[] of(long seed) {
    GeneratedKernel kernel = new GeneratedKernel(seed);
    return ClassFile.of()
        .build(
            SELF,
            builder -> {
              builder.withFlags(AccessFlag.PUBLIC, AccessFlag.FINAL);
              builder.withMethodBody(
                  "run",
                  MethodTypeDesc.of(ConstantDescs.CD_void, SEGMENT, SEGMENT, ConstantDescs.CD_int),
                  ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC,
                  kernel::kernel);
              builder.withMethodBody(
                  "helper", HELPER, ClassFile.ACC_STATIC | ClassFile.ACC_PRIVATE, kernel::helper);
            });
  }

  private void kernel(CodeBuilder body) {
    code = body;
    counters = COUNTERS;
    for (int i = 0; i < LOCALS; i++) {
      code.loadConstant(i).istore(INTS + i);
      code.loadConstant((long) i).lstore(LONGS + 2 * i);
      code.loadConstant((float) i).fstore(FLOATS + i);
    }
    code.iconst_0().istore(TURN);
    Label top = code.newLabel();
    Label done = code.newLabel();
    code.labelBinding(top).iload(TURN).iload(2).if_icmpge(done);
    for (int i = 0; i < LOCALS; i++) {
      read(16 * i, "i64", "J").lstore(LONGS + 2 * i);
      read(16 * i + 8, "i32", "I").istore(INTS + i);
      read(16 * i + 12, "f32", "F").fstore(FLOATS + i);
    }
    statements(3, false);
    for (int i = 0; i < LOCALS; i++) {
      address(1, 16 * i).lload(LONGS + 2 * i);
      put("putI64", "J");
      address(1, 16 * i + 8).iload(INTS + i);
      put("putI32", "I");
      address(1, 16 * i + 12).fload(FLOATS + i);
      put("putF32", "F");
    }
    code.iinc(TURN, 1).goto_(top).labelBinding(done).return_();
  }

  /// Locals: the same places as in the kernel, filled from the six arguments.
  private void helper(CodeBuilder body) {
    code = body;
    // Arguments at 0 int, 1 long, 3 float, 4 long, 6 int, 7 int: moved up, out of the way of the
    // locals.
    counters = COUNTERS;
    int at = COUNTERS + 40;
    code.iload(0)
        .istore(at)
        .lload(1)
        .lstore(at + 1)
        .fload(3)
        .fstore(at + 3)
        .lload(4)
        .lstore(at + 4);
    code.iload(6).istore(at + 6).iload(7).istore(at + 7);
    for (int i = 0; i < LOCALS; i++) {
      code.iload(i % 2 == 0 ? at : at + 6).istore(INTS + i);
      code.lload(i % 2 == 0 ? at + 1 : at + 4).lstore(LONGS + 2 * i);
      code.fload(at + 3).fstore(FLOATS + i);
    }
    statements(2, true);
    code.lload(LONGS).iload(INTS + 1).i2l().lxor().lload(LONGS + 4).ladd();
    code.fload(FLOATS + 2).f2l().ladd().lreturn();
  }

  private CodeBuilder read(int offset, String method, String type) {
    code.aload(0).iload(TURN).loadConstant(IN).imul().loadConstant(offset).iadd().i2l();
    return code.invokestatic(
        MEM, method, MethodTypeDesc.ofDescriptor("(Ljava/lang/foreign/MemorySegment;J)" + type));
  }

  private CodeBuilder address(int segment, int offset) {
    return code.aload(segment)
        .iload(TURN)
        .loadConstant(OUT)
        .imul()
        .loadConstant(offset)
        .iadd()
        .i2l();
  }

  private void put(String method, String type) {
    code.invokestatic(
        MEM,
        method,
        MethodTypeDesc.ofDescriptor("(Ljava/lang/foreign/MemorySegment;J" + type + ")V"));
  }

  private void statements(int depth, boolean inHelper) {
    int count = 2 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      statement(depth, inHelper);
    }
  }

  private void statement(int depth, boolean inHelper) {
    int choice = random.nextInt(depth > 0 ? 10 : 6);
    switch (choice) {
      case 0, 1 -> {
        integer(3);
        code.istore(INTS + random.nextInt(LOCALS));
      }
      case 2, 3 -> {
        wide(3);
        code.lstore(LONGS + 2 * random.nextInt(LOCALS));
      }
      case 4 -> {
        floating(2);
        code.fstore(FLOATS + random.nextInt(LOCALS));
      }
      case 5 -> code.iinc(INTS + random.nextInt(LOCALS), random.nextInt(300) - 150);
      case 6, 7 -> {
        Label otherwise = code.newLabel();
        Label after = code.newLabel();
        branch(otherwise);
        statements(depth - 1, inHelper);
        code.goto_(after).labelBinding(otherwise);
        if (random.nextBoolean()) {
          statements(depth - 1, inHelper);
        }
        code.labelBinding(after);
      }
      case 8 -> loop(depth, inHelper);
      case 9 -> {
        if (inHelper) {
          choose(depth);
        } else {
          integer(1);
          wide(1);
          floating(1);
          wide(1);
          integer(1);
          integer(1);
          code.invokestatic(SELF, "helper", HELPER).lstore(LONGS + 2 * random.nextInt(LOCALS));
        }
      }
      default -> throw new AssertionError(choice);
    }
  }

  private void loop(int depth, boolean inHelper) {
    int counter = counters++;
    Label top = code.newLabel();
    Label done = code.newLabel();
    code.iconst_0().istore(counter).labelBinding(top).iload(counter);
    code.loadConstant(1 + random.nextInt(4)).if_icmpge(done);
    statements(depth - 1, inHelper);
    if (random.nextBoolean()) {
      branch(done);
    }
    code.iinc(counter, 1).goto_(top).labelBinding(done);
  }

  private void choose(int depth) {
    Label first = code.newLabel();
    Label second = code.newLabel();
    Label done = code.newLabel();
    integer(1);
    code.loadConstant(7).iand();
    code.tableswitch(
        1,
        3,
        done,
        java.util.List.of(
            java.lang.classfile.instruction.SwitchCase.of(1, first),
            java.lang.classfile.instruction.SwitchCase.of(2, second),
            java.lang.classfile.instruction.SwitchCase.of(3, first)));
    code.labelBinding(first);
    statements(depth - 1, true);
    code.labelBinding(second);
    statements(depth - 1, true);
    code.labelBinding(done);
  }

  /// Jumps to `target` on a random condition.
  private void branch(Label target) {
    Opcode[] two = {
      Opcode.IF_ICMPEQ,
      Opcode.IF_ICMPNE,
      Opcode.IF_ICMPLT,
      Opcode.IF_ICMPGE,
      Opcode.IF_ICMPGT,
      Opcode.IF_ICMPLE
    };
    Opcode[] one = {Opcode.IFEQ, Opcode.IFNE, Opcode.IFLT, Opcode.IFGE, Opcode.IFGT, Opcode.IFLE};
    switch (random.nextInt(4)) {
      case 0 -> {
        wide(1);
        wide(1);
        code.lcmp().branch(one[random.nextInt(6)], target);
      }
      case 1 -> {
        floating(1);
        floating(1);
        (random.nextBoolean() ? code.fcmpl() : code.fcmpg()).branch(one[random.nextInt(6)], target);
      }
      case 2 -> {
        integer(1);
        code.branch(one[random.nextInt(6)], target);
      }
      default -> {
        integer(1);
        integer(1);
        code.branch(two[random.nextInt(6)], target);
      }
    }
  }

  /// A value chosen by a branch while others wait on the stack.
  private void either(TypeKind type, int depth) {
    Label otherwise = code.newLabel();
    Label after = code.newLabel();
    branch(otherwise);
    value(type, depth);
    code.goto_(after).labelBinding(otherwise);
    value(type, depth);
    code.labelBinding(after);
  }

  private void value(TypeKind type, int depth) {
    switch (type) {
      case INT -> integer(depth);
      case LONG -> wide(depth);
      default -> floating(depth);
    }
  }

  private static final long[] INTERESTING = {
    0,
    1,
    -1,
    2,
    3,
    7,
    8,
    31,
    32,
    63,
    255,
    256,
    2047,
    2048,
    -2048,
    -2049,
    4095,
    65535,
    0x7fffffff,
    -0x80000000L,
    0x12345678
  };

  private long number() {
    return random.nextInt(4) == 0
        ? random.nextInt()
        : INTERESTING[random.nextInt(INTERESTING.length)];
  }

  private void integer(int depth) {
    int choice = random.nextInt(depth > 0 ? 24 : 3);
    if (choice < 2) {
      code.iload(INTS + random.nextInt(LOCALS));
      return;
    }
    if (choice == 2) {
      code.loadConstant((int) number());
      return;
    }
    if (choice <= 16) {
      integer(depth - 1);
      if (choice == 9 || choice == 10) {
        integer(depth - 1);
        code.iconst_1().ior();
      } else if (choice <= 13) {
        integer(depth - 1);
      }
      switch (choice) {
        case 3 -> code.iadd();
        case 4 -> code.isub();
        case 5 -> code.imul();
        case 6 -> code.iand();
        case 7 -> code.ior();
        case 8 -> code.ixor();
        case 9 -> code.idiv();
        case 10 -> code.irem();
        case 11 -> code.ishl();
        case 12 -> code.ishr();
        case 13 -> code.iushr();
        case 14 -> code.ineg();
        case 15 -> code.i2b();
        default -> code.i2s();
      }
      return;
    }
    switch (choice) {
      case 17 -> either(TypeKind.INT, depth - 1);
      case 18 -> {
        wide(depth - 1);
        code.l2i();
      }
      case 19 -> {
        floating(depth - 1);
        code.f2i();
      }
      case 20 -> {
        wide(depth - 1);
        wide(depth - 1);
        code.lcmp();
      }
      case 21 -> {
        integer(depth - 1);
        code.i2c();
      }
      case 22 -> {
        integer(depth - 1);
        integer(depth - 1);
        code.dup_x1().isub().iadd();
      }
      default -> {
        integer(depth - 1);
        integer(depth - 1);
        String[] names = {"min", "max"};
        code.invokestatic(
            ClassDesc.of("java.lang.Math"),
            names[random.nextInt(2)],
            MethodTypeDesc.ofDescriptor("(II)I"));
      }
    }
  }

  private void wide(int depth) {
    int choice = random.nextInt(depth > 0 ? 20 : 3);
    if (choice < 2) {
      code.lload(LONGS + 2 * random.nextInt(LOCALS));
      return;
    }
    if (choice == 2) {
      code.loadConstant(random.nextBoolean() ? number() : random.nextLong());
      return;
    }
    if (choice <= 10) {
      wide(depth - 1);
      wide(depth - 1);
      if (choice >= 9) {
        code.lconst_1().lor();
      }
      switch (choice) {
        case 3 -> code.ladd();
        case 4 -> code.lsub();
        case 5 -> code.lmul();
        case 6 -> code.land();
        case 7 -> code.lor();
        case 8 -> code.lxor();
        case 9 -> code.ldiv();
        default -> code.lrem();
      }
      return;
    }
    switch (choice) {
      case 11, 12, 13 -> {
        wide(depth - 1);
        integer(depth - 1);
        if (choice == 11) {
          code.lshl();
        } else if (choice == 12) {
          code.lshr();
        } else {
          code.lushr();
        }
      }
      case 14 -> either(TypeKind.LONG, depth - 1);
      case 15 -> {
        floating(depth - 1);
        code.f2l();
      }
      case 16 -> {
        wide(depth - 1);
        code.loadConstant(0xffffffffL).land();
      }
      case 17 -> {
        wide(depth - 1);
        wide(depth - 1);
        code.invokestatic(
            ClassDesc.of("java.lang.Math"),
            random.nextBoolean() ? "multiplyHigh" : "unsignedMultiplyHigh",
            MethodTypeDesc.ofDescriptor("(JJ)J"));
      }
      default -> {
        integer(depth - 1);
        code.i2l();
      }
    }
  }

  private void floating(int depth) {
    int choice = random.nextInt(depth > 0 ? 14 : 3);
    if (choice < 2) {
      code.fload(FLOATS + random.nextInt(LOCALS));
      return;
    }
    if (choice == 2) {
      code.loadConstant(random.nextInt(64) / 8f - 4f);
      return;
    }
    if (choice <= 8) {
      floating(depth - 1);
      floating(depth - 1);
      switch (choice) {
        case 3 -> code.fadd();
        case 4 -> code.fsub();
        case 5 -> code.fmul();
        case 6 -> code.fdiv();
        default -> {
          MethodTypeDesc binary = MethodTypeDesc.ofDescriptor("(FF)F");
          code.invokestatic(ClassDesc.of("java.lang.Math"), choice == 7 ? "min" : "max", binary);
        }
      }
      return;
    }
    switch (choice) {
      case 9 -> {
        floating(depth - 1);
        code.fneg();
      }
      case 10 -> {
        floating(depth - 1);
        floating(depth - 1);
        floating(depth - 1);
        code.invokestatic(F32, "fma", MethodTypeDesc.ofDescriptor("(FFF)F"));
      }
      case 11 -> {
        integer(depth - 1);
        code.i2f();
      }
      case 12 -> either(TypeKind.FLOAT, depth - 1);
      default -> {
        wide(depth - 1);
        code.l2f();
      }
    }
  }
}
