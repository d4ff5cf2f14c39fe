package opml.compiler;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/// Writes class files of random kernels: nested statements over six locals of each type, random expressions with every
/// operator and most of the known methods, loads and stores of every width, loops with breaks and continues, values
/// that stay on the operand stack across branches, and all locals stored at the end of each turn.
final class GeneratedKernel {
  static final String NAME = "opml/compiler/Generated";
  static final int LOCALS = 6;

  /// Bytes per turn that stores in the midst of a kernel go to, and loads may read again.
  private static final int SCRATCH = 64;

  /// Bytes read and written per turn of the outer loop.
  static final int IN = LOCALS * 16;

  static final int OUT = LOCALS * 16 + SCRATCH;

  private static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
  private static final ClassDesc MEM = ClassDesc.of("opml.kernels.memory.Mem");
  private static final ClassDesc F32 = ClassDesc.of("opml.kernels.memory.F32");
  private static final ClassDesc INTEGER = ClassDesc.of("java.lang.Integer");
  private static final ClassDesc LONG = ClassDesc.of("java.lang.Long");
  private static final ClassDesc FLOAT = ClassDesc.of("java.lang.Float");
  private static final ClassDesc MATH = ClassDesc.of("java.lang.Math");
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

  /// Where a loop is left, and where its next turn begins.
  private record Loop(Label done, Label next) {}

  private final SplittableRandom random;
  private final Deque<Loop> loops = new ArrayDeque<>();
  private CodeBuilder code;
  private int counters;
  private boolean hasSegments;

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
    hasSegments = true;
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
    statements(random.nextInt(5) == 0 ? 3 : 2, false);
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
    hasSegments = false;
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
    statements(1, true);
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
    int choice = random.nextInt(depth > 0 ? 14 : 8);
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
      case 6 -> {
        if (loops.isEmpty()) {
          code.iinc(INTS + random.nextInt(LOCALS), -1);
        } else {
          Loop loop = loops.getFirst();
          branch(random.nextBoolean() ? loop.done : loop.next);
        }
      }
      case 7 -> {
        if (hasSegments) {
          store();
        } else {
          code.iinc(INTS + random.nextInt(LOCALS), 1);
        }
      }
      case 8, 9 -> {
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
      case 10 -> loop(depth, inHelper);
      case 11 -> strided(depth, inHelper);
      case 12 -> choose(depth);
      case 13 -> {
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
    Loop loop = new Loop(code.newLabel(), code.newLabel());
    code.iconst_0().istore(counter).labelBinding(top).iload(counter);
    code.loadConstant(1 + random.nextInt(4)).if_icmpge(loop.done);
    loops.push(loop);
    statements(depth - 1, inHelper);
    loops.pop();
    code.labelBinding(loop.next).iinc(counter, 1).goto_(top).labelBinding(loop.done);
  }

  /// A loop as kernels have them over elements: a long offset that a stride is added to.
  private void strided(int depth, boolean inHelper) {
    int offset = counters;
    counters += 2;
    long stride = random.nextInt(1, 10);
    Label top = code.newLabel();
    Loop loop = new Loop(code.newLabel(), code.newLabel());
    code.lconst_0().lstore(offset).labelBinding(top).lload(offset);
    code.loadConstant(stride * (1 + random.nextInt(4))).lcmp().ifge(loop.done);
    loops.push(loop);
    if (hasSegments) {
      code.aload(0).iload(TURN).loadConstant(IN).imul().i2l().lload(offset).ladd();
      code.loadConstant((long) random.nextInt(40)).ladd();
      access("i8", "I").iload(INTS).iadd().istore(INTS + random.nextInt(LOCALS));
    }
    statements(depth - 1, inHelper);
    loops.pop();
    code.labelBinding(loop.next).lload(offset).loadConstant(stride).ladd().lstore(offset);
    code.goto_(top).labelBinding(loop.done);
  }

  private CodeBuilder access(String method, String type) {
    return code.invokestatic(
        MEM, method, MethodTypeDesc.ofDescriptor("(Ljava/lang/foreign/MemorySegment;J)" + type));
  }

  /// Pushes a segment and an aligned offset into this turn's bytes of x, or into its scratch bytes of y.
  private void place(int segment, int width) {
    int turn = segment == 0 ? IN : OUT;
    int base = segment == 0 ? 0 : LOCALS * 16;
    code.aload(segment);
    if (random.nextBoolean()) {
      code.iload(TURN).loadConstant(turn).imul().loadConstant(base).iadd();
      integer(1);
      code.loadConstant((SCRATCH - 1) & -width).iand().iadd().i2l();
    } else {
      code.iload(TURN).i2l().loadConstant((long) turn).lmul();
      wide(1);
      code.loadConstant((long) ((SCRATCH - 1) & -width)).land().ladd();
      code.loadConstant((long) base).ladd();
    }
  }

  private void store() {
    switch (random.nextInt(5)) {
      case 0 -> {
        place(1, 1);
        integer(2);
        put("putI8", "I");
      }
      case 1 -> {
        place(1, 2);
        integer(2);
        put("putI16", "I");
      }
      case 2 -> {
        place(1, 4);
        integer(2);
        put("putI32", "I");
      }
      case 3 -> {
        place(1, 8);
        wide(2);
        put("putI64", "J");
      }
      default -> {
        place(1, 4);
        floating(2);
        put("putF32", "F");
      }
    }
  }

  /// Loads an int of some width.
  private void load() {
    int width = 1 << random.nextInt(3);
    place(random.nextInt(2), width);
    access(width == 1 ? "i8" : width == 2 ? "i16" : "i32", "I");
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
        List.of(SwitchCase.of(1, first), SwitchCase.of(2, second), SwitchCase.of(3, first)));
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

  /// Zeros, infinities, a NaN, the ends of the subnormal and normal ranges, and where conversions saturate.
  private static final int[] EXTREME = {
    0,
    0x80000000,
    0x7f800000,
    0xff800000,
    0x7fc00000,
    1,
    0x807fffff,
    0x00800000,
    0x7f7fffff,
    0x4f000000,
    0xcf000000,
    0x4effffff,
    0x5f000000,
    0xdf000000,
    0x5effffff,
    0x3effffff,
    0x3f000000,
    0x4b000001
  };

  private long number() {
    return random.nextInt(4) == 0
        ? random.nextInt()
        : INTERESTING[random.nextInt(INTERESTING.length)];
  }

  private void integer(int depth) {
    int choice = random.nextInt(depth > 0 ? 31 : 3);
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
      case 23, 24 -> {
        if (hasSegments) {
          load();
        } else {
          floating(depth - 1);
          code.f2i();
        }
      }
      case 25 -> {
        integer(depth - 1);
        call(INTEGER, one("numberOfLeadingZeros", "numberOfTrailingZeros", "bitCount"), "(I)I");
      }
      case 26 -> {
        integer(depth - 1);
        integer(depth - 1);
        call(INTEGER, one("compareUnsigned", "compare", "rotateLeft", "rotateRight"), "(II)I");
      }
      case 27 -> {
        integer(depth - 1);
        integer(depth - 1);
        code.iconst_1().ior();
        call(INTEGER, one("divideUnsigned", "remainderUnsigned"), "(II)I");
      }
      case 28 -> {
        floating(depth - 1);
        floating(depth - 1);
        (random.nextBoolean() ? code.fcmpl() : code.fcmpg()).nop();
      }
      case 29 -> {
        floating(depth - 1);
        call(FLOAT, "floatToIntBits", "(F)I");
      }
      default -> {
        integer(depth - 1);
        integer(depth - 1);
        call(MATH, one("min", "max"), "(II)I");
      }
    }
  }

  private void call(ClassDesc owner, String name, String descriptor) {
    code.invokestatic(owner, name, MethodTypeDesc.ofDescriptor(descriptor));
  }

  private String one(String... names) {
    return names[random.nextInt(names.length)];
  }

  private void wide(int depth) {
    int choice = random.nextInt(depth > 0 ? 26 : 3);
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
      case 18 -> {
        wide(depth - 1);
        wide(depth - 1);
        code.lconst_1().lor();
        call(LONG, one("divideUnsigned", "remainderUnsigned"), "(JJ)J");
      }
      case 19 -> {
        wide(depth - 1);
        integer(depth - 1);
        call(LONG, one("rotateLeft", "rotateRight"), "(JI)J");
      }
      case 20 -> {
        wide(depth - 1);
        call(LONG, one("numberOfLeadingZeros", "numberOfTrailingZeros", "bitCount"), "(J)I");
        code.i2l();
      }
      case 21 -> {
        wide(depth - 1);
        wide(depth - 1);
        call(MATH, one("min", "max"), "(JJ)J");
      }
      case 22 -> {
        wide(depth - 1);
        call(MATH, "abs", "(J)J");
      }
      case 23 -> {
        if (hasSegments) {
          place(random.nextInt(2), 8);
          access("i64", "J");
        } else {
          wide(depth - 1);
          code.lneg();
        }
      }
      default -> {
        integer(depth - 1);
        code.i2l();
      }
    }
  }

  private void floating(int depth) {
    int choice = random.nextInt(depth > 0 ? 19 : 3);
    if (choice < 2) {
      code.fload(FLOATS + random.nextInt(LOCALS));
      return;
    }
    if (choice == 2) {
      code.loadConstant(
          random.nextInt(3) == 0
              ? Float.intBitsToFloat(EXTREME[random.nextInt(EXTREME.length)])
              : random.nextInt(64) / 8f - 4f);
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
      case 13 -> {
        floating(depth - 1);
        call(F32, one("sqrt", "rne", "floor", "ceil"), "(F)F");
      }
      case 14 -> {
        integer(depth - 1);
        call(FLOAT, "intBitsToFloat", "(I)F");
      }
      case 15 -> {
        integer(depth - 1);
        code.i2s();
        call(FLOAT, "float16ToFloat", "(S)F");
      }
      case 16 -> {
        floating(depth - 1);
        call(MATH, "abs", "(F)F");
      }
      case 17 -> {
        if (hasSegments) {
          place(random.nextInt(2), 4);
          access("f32", "F");
        } else {
          floating(depth - 1);
          code.fneg();
        }
      }
      default -> {
        wide(depth - 1);
        code.l2f();
      }
    }
  }
}
