package opml.compiler.frontend;

import java.io.ByteArrayOutputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.FieldModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.reflect.AccessFlag;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import opml.compiler.frontend.Type.Kind;
import opml.compiler.frontend.Type.Table;
import opml.compiler.ir.MethodRef;
import opml.compiler.ir.NodeOp;
import org.jspecify.annotations.Nullable;

/// Constant tables: arrays in static final fields, initialised by literals. They lie behind a kernel's arguments in the
/// fixed segment, in the order in which its code names them.
///
/// Their values are read from the class initialiser's bytecode, which must do nothing else than to fill such arrays.
final class Tables {
  private static final int ALIGNMENT = 8;

  private record Field(String owner, String name) {}

  /// What an initialiser's operand stack holds: a literal, or an array that is being filled.
  private sealed interface Value {
    record Literal(Number value) implements Value {}

    record Array(byte[] bytes) implements Value {}
  }

  private final ClassSource source;
  private final int base;
  private final Map<Field, Table> tables = new HashMap<>();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /// @param base address of the first table
  Tables(ClassSource source, int base) {
    this.source = source;
    this.base = base;
  }

  /// {@return the tables' bytes, whole doublewords}
  byte[] bytes() {
    return bytes.toByteArray();
  }

  /// {@return the table that an instruction names; it gets its place when it is first asked for}
  ///
  /// @throws RefusedException if it is no table of literals
  Table table(FieldInstruction get, MethodRef caller, int line) {
    Field field = new Field(get.owner().asInternalName(), get.name().stringValue());
    Table known = tables.get(field);
    if (known != null) {
      return known;
    }
    Table table = shape(get.type().stringValue(), base + bytes.size());
    ClassModel model = source.classOf(field.owner);
    if (table == null || model == null || !isConstant(model, field.name)) {
      throw new RefusedException(
          caller,
          line,
          "%s of %s.%s; fields of kernel Java are constants that javac inlines, and static final arrays of literals"
              .formatted(
                  get.opcode().name().toLowerCase(Locale.ROOT),
                  field.owner.replace('/', '.'),
                  field.name));
    }
    byte[] values = initialised(model, field.name);
    if (values == null) {
      throw new RefusedException(
          caller,
          line,
          "the table %s.%s: its class's initialiser does more than to fill arrays with literals"
              .formatted(field.owner.replace('/', '.'), field.name));
    }
    bytes.writeBytes(values);
    while (bytes.size() % ALIGNMENT != 0) {
      bytes.write(0);
    }
    tables.put(field, table);
    return table;
  }

  private static @Nullable Table shape(String descriptor, int address) {
    return switch (descriptor) {
      case "[B" -> new Table(Kind.INT, NodeOp.LB, Byte.BYTES, address);
      case "[S" -> new Table(Kind.INT, NodeOp.LH, Short.BYTES, address);
      case "[I" -> new Table(Kind.INT, NodeOp.LW, Integer.BYTES, address);
      case "[J" -> new Table(Kind.LONG, NodeOp.LD, Long.BYTES, address);
      case "[F" -> new Table(Kind.FLOAT, NodeOp.LW, Float.BYTES, address);
      default -> null;
    };
  }

  private static boolean isConstant(ClassModel model, String name) {
    return model.fields().stream()
        .filter(field -> field.fieldName().equalsString(name))
        .map(FieldModel::flags)
        .anyMatch(flags -> flags.has(AccessFlag.STATIC) && flags.has(AccessFlag.FINAL));
  }

  /// {@return what the class initialiser leaves in a field, or null if it cannot be told}
  private static byte @Nullable [] initialised(ClassModel model, String field) {
    Deque<Value> stack = new ArrayDeque<>();
    byte[] found = null;
    for (MethodModel method : model.methods()) {
      if (!method.methodName().equalsString("<clinit>")) {
        continue;
      }
      for (CodeElement element : method.findAttribute(Attributes.code()).orElseThrow()) {
        if (!(element instanceof Instruction instruction)) {
          continue;
        }
        if (instruction instanceof FieldInstruction put
            && put.opcode() == Opcode.PUTSTATIC
            && stack.peek() instanceof Value.Array(byte[] filled)) {
          stack.pop();
          found = put.name().equalsString(field) ? filled : found;
        } else if (!interpret(instruction, stack)) {
          return null;
        }
      }
    }
    return found;
  }

  /// {@return whether the instruction belongs to the filling of an array}
  private static boolean interpret(Instruction instruction, Deque<Value> stack) {
    switch (instruction) {
      case ConstantInstruction constant when constant.constantValue() instanceof Number value ->
          stack.push(new Value.Literal(value));
      case NewPrimitiveArrayInstruction create
          when stack.peek() instanceof Value.Literal(var n) -> {
        stack.pop();
        int width =
            switch (create.typeKind()) {
              case BYTE -> Byte.BYTES;
              case SHORT -> Short.BYTES;
              case INT, FLOAT -> Integer.BYTES;
              case LONG -> Long.BYTES;
              default -> 0;
            };
        if (width == 0) {
          return false;
        }
        stack.push(new Value.Array(new byte[width * n.intValue()]));
      }
      case StackInstruction copy when copy.opcode() == Opcode.DUP && !stack.isEmpty() ->
          stack.push(Objects.requireNonNull(stack.peek()));
      case ArrayStoreInstruction store -> {
        return stack.size() >= 3
            && stack.pop() instanceof Value.Literal(var value)
            && stack.pop() instanceof Value.Literal(var index)
            && stack.pop() instanceof Value.Array(byte[] bytes)
            && put(store, bytes, index.intValue(), value);
      }
      case ReturnInstruction _ -> {}
      default -> {
        return false;
      }
    }
    return true;
  }

  private static boolean put(ArrayStoreInstruction store, byte[] array, int index, Number value) {
    ByteBuffer bytes = ByteBuffer.wrap(array).order(ByteOrder.LITTLE_ENDIAN);
    switch (store.opcode()) {
      case BASTORE -> bytes.put(index, value.byteValue());
      case SASTORE -> bytes.putShort(Short.BYTES * index, value.shortValue());
      case IASTORE -> bytes.putInt(Integer.BYTES * index, value.intValue());
      case LASTORE -> bytes.putLong(Long.BYTES * index, value.longValue());
      case FASTORE -> bytes.putInt(Float.BYTES * index, Float.floatToIntBits(value.floatValue()));
      default -> {
        return false;
      }
    }
    return true;
  }
}
