package opml.compiler.frontend;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.LineNumber;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
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
    if (!method.flags().has(AccessFlag.STATIC)) {
      throw new RefusedException(ref, firstLine(code), "not a static method");
    }
    if (method.flags().has(AccessFlag.SYNCHRONIZED)) {
      throw new RefusedException(ref, firstLine(code), "a synchronized method");
    }
    MethodTypeDesc type = method.methodTypeSymbol();
    List<Kind> parameters = Kind.parametersOf(type);
    boolean isVoid = type.returnType().descriptorString().equals("V");
    Kind result = Kind.of(type.returnType());
    if (parameters == null || result == null && !isVoid) {
      throw new RefusedException(
          ref,
          firstLine(code),
          "signature " + ref.descriptor() + "; kernel Java has int, long, float and MemorySegment");
    }
    return new MethodCode(ref, parameters, result, code.maxLocals(), code);
  }

  private static int firstLine(CodeAttribute code) {
    return code.elementStream()
        .filter(LineNumber.class::isInstance)
        .mapToInt(element -> ((LineNumber) element).line())
        .findFirst()
        .orElse(0);
  }

  private @Nullable ClassModel classOf(String name) {
    if (!classes.containsKey(name)) {
      byte[] bytes = files.apply(name);
      classes.put(name, bytes == null ? null : ClassFile.of().parse(bytes));
    }
    return classes.get(name);
  }
}
