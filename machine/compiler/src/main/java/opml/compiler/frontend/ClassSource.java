package opml.compiler.frontend;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.attribute.RecordAttribute;
import java.lang.classfile.attribute.RecordComponentInfo;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import opml.compiler.frontend.Type.Kind;
import opml.compiler.frontend.Type.Struct;
import opml.compiler.ir.MethodRef;
import org.jspecify.annotations.Nullable;

/// Finds methods in class files. What is read is javac's output as it lies in the module, never a class as the JVM
/// loaded it.
public final class ClassSource {
  private final Function<String, byte @Nullable []> files;
  private final Map<String, @Nullable ClassModel> classes = new HashMap<>();
  private final Map<MethodRef, MethodCode> methods = new HashMap<>();

  /// @param files a class file by its internal name, or null if there is none
  public ClassSource(Function<String, byte @Nullable []> files) {
    this.files = files;
  }

  /// {@return the class files visible from a class, and the compiler's own library}
  public static ClassSource of(Class<?> owner) {
    return new ClassSource(
        name -> {
          byte[] bytes = read(owner.getClassLoader(), name);
          return bytes != null ? bytes : read(ClassSource.class.getClassLoader(), name);
        });
  }

  private static byte @Nullable [] read(@Nullable ClassLoader loader, String name) {
    if (loader == null) {
      return null;
    }
    try (InputStream in = loader.getResourceAsStream(name + ".class")) {
      return in == null ? null : in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("class file of " + name, e);
    }
  }

  /// {@return the reference of a class's only method of that name}
  public MethodRef find(String owner, String name) {
    ClassModel model = classOf(owner);
    if (model == null) {
      throw new IllegalArgumentException("no class file of " + owner.replace('/', '.'));
    }
    List<MethodModel> found =
        model.methods().stream().filter(m -> m.methodName().equalsString(name)).toList();
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          owner.replace('/', '.')
              + " has "
              + found.size()
              + " methods named "
              + name
              + ", not one");
    }
    return new MethodRef(owner, name, found.getFirst().methodType().stringValue());
  }

  /// {@return a method's code}
  ///
  /// @param caller who asks, and `line` where, for the error
  MethodCode code(MethodRef ref, MethodRef caller, int line) {
    MethodCode known = methods.get(ref);
    if (known == null) {
      known = read(ref, caller, line);
      methods.put(ref, known);
    }
    return known;
  }

  private MethodCode read(MethodRef ref, MethodRef caller, int line) {
    ClassModel model = classOf(ref.owner());
    if (model == null) {
      throw new RefusedException(
          caller, line, "call of " + ref + ", whose class file is not at hand");
    }
    MethodModel method =
        model.methods().stream()
            .filter(
                m ->
                    m.methodName().equalsString(ref.name())
                        && m.methodType().equalsString(ref.descriptor()))
            .findFirst()
            .orElseThrow(
                () ->
                    new RefusedException(
                        caller, line, "call of " + ref + ", which does not exist"));
    CodeAttribute code =
        method
            .findAttribute(Attributes.code())
            .orElseThrow(
                () ->
                    new RefusedException(
                        caller, line, "call of " + ref + ", which has no bytecode"));
    boolean isStatic = method.flags().has(AccessFlag.STATIC);
    Struct self = isStatic ? null : struct(ref.owner());
    if (!isStatic && self == null) {
      throw new RefusedException(
          ref,
          firstLine(code),
          "not a static method, nor one of a record of int, long, float and MemorySegment whose"
              + " constructor has no code of its own");
    }
    if (method.flags().has(AccessFlag.SYNCHRONIZED)) {
      throw new RefusedException(ref, firstLine(code), "a synchronized method");
    }
    MethodTypeDesc type = method.methodTypeSymbol();
    boolean isVoid = type.returnType().descriptorString().equals("V");
    Type result = type(type.returnType());
    List<Type> parameters = new ArrayList<>();
    if (self != null) {
      parameters.add(self);
    }
    type.parameterList().stream().map(this::type).filter(Objects::nonNull).forEach(parameters::add);
    if (parameters.size() < type.parameterCount() + (isStatic ? 0 : 1)
        || result == null && !isVoid) {
      throw new RefusedException(
          ref,
          firstLine(code),
          "signature "
              + ref.descriptor()
              + "; kernel Java has int, long, float, MemorySegment and records of these");
    }
    return new MethodCode(ref, parameters, result, code.maxLocals(), code);
  }

  /// {@return the type that a declared one is, or null if kernel Java has none}
  private @Nullable Type type(ClassDesc declared) {
    String descriptor = declared.descriptorString();
    return switch (TypeKind.from(declared)) {
      case BOOLEAN, BYTE, CHAR, SHORT, INT -> Kind.INT;
      case LONG -> Kind.LONG;
      case FLOAT -> Kind.FLOAT;
      case REFERENCE ->
          Kind.isSegment(descriptor)
              ? Kind.SEGMENT
              : declared.isClassOrInterface()
                  ? struct(descriptor.substring(1, descriptor.length() - 1))
                  : null;
      case DOUBLE, VOID -> null;
    };
  }

  /// {@return the record that a class is, or null if it is none of kernel Java: one of kinds alone, whose constructor
  /// does nothing but to take them}
  @Nullable Struct struct(String name) {
    if (name.startsWith("java/")) {
      return null;
    }
    ClassModel model = classOf(name);
    if (model == null) {
      return null;
    }
    RecordAttribute record = model.findAttribute(Attributes.record()).orElse(null);
    if (record == null) {
      return null;
    }
    List<Struct.Component> components = new ArrayList<>();
    for (RecordComponentInfo component : record.components()) {
      if (!(type(component.descriptorSymbol()) instanceof Kind kind)) {
        return null;
      }
      components.add(new Struct.Component(component.name().stringValue(), kind));
    }
    Struct struct = new Struct(name, components);
    return isCanonical(model, struct) ? struct : null;
  }

  /// {@return whether the only constructor stores each parameter into the component of its place, and no more}
  private static boolean isCanonical(ClassModel model, Struct struct) {
    List<MethodModel> constructors =
        model.methods().stream().filter(m -> m.methodName().equalsString("<init>")).toList();
    if (constructors.size() != 1) {
      return false;
    }
    List<Instruction> code =
        constructors
            .getFirst()
            .findAttribute(Attributes.code())
            .orElseThrow()
            .elementStream()
            .filter(Instruction.class::isInstance)
            .map(Instruction.class::cast)
            .toList();
    int components = struct.components().size();
    if (code.size() != 3 + 3 * components) {
      return false;
    }
    int slot = 1;
    for (int i = 0; i < components; i++) {
      Struct.Component component = struct.components().get(i);
      if (!(code.get(3 + 3 * i) instanceof LoadInstruction value)
          || value.slot() != slot
          || !(code.get(4 + 3 * i) instanceof FieldInstruction put)
          || put.opcode() != Opcode.PUTFIELD
          || !put.name().equalsString(component.name())) {
        return false;
      }
      slot += component.kind().isWide() ? 2 : 1;
    }
    return true;
  }

  private static int firstLine(CodeAttribute code) {
    return code.elementStream()
        .filter(LineNumber.class::isInstance)
        .mapToInt(element -> ((LineNumber) element).line())
        .findFirst()
        .orElse(0);
  }

  @Nullable ClassModel classOf(String name) {
    if (!classes.containsKey(name)) {
      byte[] bytes = files.apply(name);
      classes.put(name, bytes == null ? null : ClassFile.of().parse(bytes));
    }
    return classes.get(name);
  }
}
