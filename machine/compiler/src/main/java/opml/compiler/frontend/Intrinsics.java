package opml.compiler.frontend;

import java.lang.classfile.Instruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import opml.compiler.ir.Block;
import opml.compiler.ir.MethodGraph;
import opml.compiler.ir.MethodRef;
import opml.compiler.ir.Node;
import opml.compiler.ir.NodeOp;
import opml.compiler.library.Extremes;
import opml.kernels.softfloat.Bits;
import opml.kernels.softfloat.SoftFloat;
import org.jspecify.annotations.Nullable;

/// The methods that kernel Java may call outside of itself, each either a few nodes or a call of library code.
final class Intrinsics {
  /// Makes the nodes of a call; null for a void one.
  @FunctionalInterface
  interface Expansion {
    @Nullable Node expand(MethodGraph graph, Block block, List<Node> arguments);
  }

  private static final String SEGMENT = "(Ljava/lang/foreign/MemorySegment;J";
  private static final String SOFT_FLOAT = internalName(SoftFloat.class);
  private static final String BITS = internalName(Bits.class);
  private static final String EXTREMES = internalName(Extremes.class);
  private static final Map<MethodRef, Expansion> EXPANSIONS = new HashMap<>();
  private static final Map<MethodRef, MethodRef> LIBRARY = new HashMap<>();

  static {
    memory();
    floats();
    integers("java/lang/Integer", "I", NodeOp.DIVUW, NodeOp.REMUW);
    integers("java/lang/Long", "J", NodeOp.DIVU, NodeOp.REMU);
    arithmetic();
  }

  private Intrinsics() {}

  private static String internalName(Class<?> owner) {
    return owner.getName().replace('.', '/');
  }

  static @Nullable Expansion expansion(MethodRef ref) {
    return EXPANSIONS.get(ref);
  }

  /// {@return the kernel Java that stands for a method of the JDK or of `F32`, or the method itself}
  static MethodRef implementation(MethodRef ref) {
    return LIBRARY.getOrDefault(ref, ref);
  }

  /// {@return whether calls into the method's class are allowed only where this table lists them}
  static boolean isClosed(MethodRef ref) {
    return ref.owner().startsWith("java/")
        || ref.owner().startsWith("javax/")
        || ref.owner().startsWith("jdk/")
        || ref.owner().startsWith("opml/kernels/memory/");
  }

  static MethodRef of(InvokeInstruction call) {
    return new MethodRef(
        call.owner().asInternalName(), call.name().stringValue(), call.type().stringValue());
  }

  /// {@return the method that an instruction calls in the compiled program, or null}
  static @Nullable MethodRef callee(Instruction instruction) {
    return switch (instruction) {
      // A record's constructor is no code: its values are the record.
      case InvokeInstruction call when call.name().equalsString("<init>") -> null;
      case InvokeInstruction call ->
          expansion(of(call)) == null && (!isClosed(of(call)) || LIBRARY.containsKey(of(call)))
              ? implementation(of(call))
              : null;
      case OperatorInstruction operator ->
          switch (operator.opcode()) {
            case FADD -> softFloat("add", "(II)I");
            case FSUB -> softFloat("sub", "(II)I");
            case FMUL -> softFloat("mul", "(II)I");
            case FDIV -> softFloat("div", "(II)I");
            case FCMPL -> softFloat("cmpl", "(II)I");
            case FCMPG -> softFloat("cmpg", "(II)I");
            default -> null;
          };
      case ConvertInstruction convert ->
          switch (convert.opcode()) {
            case I2F -> softFloat("fromInt", "(I)I");
            case L2F -> softFloat("fromLong", "(J)I");
            case F2I -> softFloat("toInt", "(I)I");
            case F2L -> softFloat("toLong", "(I)J");
            default -> null;
          };
      default -> null;
    };
  }

  private static MethodRef softFloat(String name, String descriptor) {
    return new MethodRef(SOFT_FLOAT, name, descriptor);
  }

  private static void memory() {
    load("i8", "I", NodeOp.LB);
    load("i16", "I", NodeOp.LH);
    load("i32", "I", NodeOp.LW);
    load("i64", "J", NodeOp.LD);
    load("f32", "F", NodeOp.LW);
    store("putI8", "I", NodeOp.SB);
    store("putI16", "I", NodeOp.SH);
    store("putI32", "I", NodeOp.SW);
    store("putI64", "J", NodeOp.SD);
    expand(
        "opml/kernels/memory/Mem",
        "putF32",
        SEGMENT + "F)V",
        (graph, block, in) -> {
          Node address = graph.pure(NodeOp.ADD, in.get(0), in.get(1));
          graph.store(block, NodeOp.SW, address, 0, canonical(graph, in.get(2)));
          return null;
        });
  }

  private static void load(String name, String type, NodeOp op) {
    expand(
        "opml/kernels/memory/Mem",
        name,
        SEGMENT + ")" + type,
        (graph, block, in) ->
            graph.load(block, op, graph.pure(NodeOp.ADD, in.get(0), in.get(1)), 0));
  }

  private static void store(String name, String type, NodeOp op) {
    expand(
        "opml/kernels/memory/Mem",
        name,
        SEGMENT + type + ")V",
        (graph, block, in) -> {
          graph.store(block, op, graph.pure(NodeOp.ADD, in.get(0), in.get(1)), 0, in.get(2));
          return null;
        });
  }

  private static void floats() {
    String f32 = "opml/kernels/memory/F32";
    String math = "java/lang/Math";
    String box = "java/lang/Float";
    library(f32, "fma", "(FFF)F", softFloat("fma", "(III)I"));
    for (String name : List.of("sqrt", "rne", "floor", "ceil")) {
      library(f32, name, "(F)F", softFloat(name, "(I)I"));
    }
    library(math, "min", "(FF)F", softFloat("min", "(II)I"));
    library(math, "max", "(FF)F", softFloat("max", "(II)I"));
    library(box, "min", "(FF)F", softFloat("min", "(II)I"));
    library(box, "max", "(FF)F", softFloat("max", "(II)I"));
    library(box, "float16ToFloat", "(S)F", softFloat("fromHalf", "(I)I"));
    library(box, "floatToFloat16", "(F)S", softFloat("toHalf", "(I)I"));
    expand(
        math,
        "abs",
        "(F)F",
        (graph, _, in) -> graph.pure(NodeOp.AND, in.get(0), graph.constant(0x7fffffff)));
    expand(box, "floatToIntBits", "(F)I", (graph, _, in) -> canonical(graph, in.get(0)));
    expand(box, "intBitsToFloat", "(I)F", (_, _, in) -> in.get(0));
  }

  private static Node canonical(MethodGraph graph, Node bits) {
    return graph.pure(NodeOp.CANONICAL, bits);
  }

  private static void integers(String box, String type, NodeOp divide, NodeOp remainder) {
    binary(box, "compareUnsigned", "(" + type + type + ")I", NodeOp.COMPARE_UNSIGNED);
    binary(box, "compare", "(" + type + type + ")I", NodeOp.COMPARE);
    binary(box, "divideUnsigned", "(" + type + type + ")" + type, divide);
    binary(box, "remainderUnsigned", "(" + type + type + ")" + type, remainder);
    for (String name : List.of("numberOfLeadingZeros", "numberOfTrailingZeros", "bitCount")) {
      String descriptor = "(" + type + ")I";
      library(box, name, descriptor, new MethodRef(BITS, name, descriptor));
    }
    for (String name : List.of("rotateLeft", "rotateRight")) {
      String descriptor = "(" + type + "I)" + type;
      library(box, name, descriptor, new MethodRef(BITS, name, descriptor));
    }
    for (String name : List.of("min", "max")) {
      String descriptor = "(" + type + type + ")" + type;
      library(box, name, descriptor, new MethodRef(EXTREMES, name, descriptor));
      library("java/lang/Math", name, descriptor, new MethodRef(EXTREMES, name, descriptor));
    }
  }

  private static void arithmetic() {
    String math = "java/lang/Math";
    binary(math, "multiplyHigh", "(JJ)J", NodeOp.MULH);
    binary(math, "unsignedMultiplyHigh", "(JJ)J", NodeOp.MULHU);
    expand(
        "java/lang/Integer",
        "toUnsignedLong",
        "(I)J",
        (graph, _, in) -> graph.pure(NodeOp.AND, in.get(0), graph.constant(0xffffffffL)));
    // The sign's copies turn a negative number into one less than its opposite.
    expand(math, "abs", "(I)I", (graph, _, in) -> magnitude(graph, NodeOp.SUBW, in.get(0)));
    expand(math, "abs", "(J)J", (graph, _, in) -> magnitude(graph, NodeOp.SUB, in.get(0)));
  }

  private static Node magnitude(MethodGraph graph, NodeOp subtract, Node x) {
    Node sign = graph.pure(NodeOp.SRA, x, graph.constant(63));
    return graph.pure(subtract, graph.pure(NodeOp.XOR, x, sign), sign);
  }

  private static void binary(String owner, String name, String descriptor, NodeOp op) {
    expand(owner, name, descriptor, (graph, _, in) -> graph.pure(op, in.get(0), in.get(1)));
  }

  private static void expand(String owner, String name, String descriptor, Expansion expansion) {
    EXPANSIONS.put(new MethodRef(owner, name, descriptor), expansion);
  }

  private static void library(String owner, String name, String descriptor, MethodRef callee) {
    LIBRARY.put(new MethodRef(owner, name, descriptor), callee);
  }
}
