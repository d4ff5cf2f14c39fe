package opml.kernels.catalog;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A kernel: a public static method in kernel Java that takes segments and then scalars, and returns nothing or whether
/// the program should go on (0) or stop (1).
///
/// Its name is the method's, in the form that models use: `conv2d.f32` is `conv2dF32`. Parameters are described by name
/// in the order of the method; the last segment is the output unless the kernel says otherwise.
public final class Kernel {
  private static final MethodHandle FLOAT_OF_RAW = floatOfRaw();

  private final String name;
  private final Class<?> owner;
  private final List<String> segments;
  private final List<Scalar> scalars;
  private final Optional<Changes> changes;
  private final MethodHandle handle;

  /// A kernel that may change every byte of the segments that it changes in place.
  ///
  /// @throws IllegalArgumentException when `owner` has no such public static method
  public Kernel(String name, Class<?> owner, List<String> segments, List<Scalar> scalars) {
    this(name, owner, segments, scalars, Optional.empty());
  }

  /// @param changes which bytes of the segments that it changes in place a call may change; any if it does not say
  /// @throws IllegalArgumentException when `owner` has no such public static method
  public Kernel(
      String name,
      Class<?> owner,
      List<String> segments,
      List<Scalar> scalars,
      Optional<Changes> changes) {
    this.name = name;
    this.owner = owner;
    this.segments = List.copyOf(segments);
    this.scalars = List.copyOf(scalars);
    this.changes = changes;
    this.handle = bind();
  }

  public String name() {
    return name;
  }

  /// {@return the class that has the kernel's method}
  public Class<?> owner() {
    return owner;
  }

  public List<String> segments() {
    return segments;
  }

  public List<Scalar> scalars() {
    return scalars;
  }

  /// {@return which bytes of the segments that it changes in place a call may change; any if it does not say}
  public Optional<Changes> changes() {
    return changes;
  }

  /// {@return the name of the kernel's method: the kernel's name in camel case}
  public String method() {
    StringBuilder method = new StringBuilder();
    for (String word : name.split("\\.", -1)) {
      method.append(
          method.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
    }
    return method.toString();
  }

  /// {@return the types of the kernel's method; it returns `void` or `int`}
  public MethodType type() {
    List<Class<?>> parameters = new ArrayList<>();
    segments.forEach(_ -> parameters.add(MemorySegment.class));
    scalars.forEach(scalar -> parameters.add(scalar.type().primitive()));
    return MethodType.methodType(void.class, parameters);
  }

  /// Runs the kernel on this JVM.
  ///
  /// @param scalars in the ABI's 64-bit form
  /// @return the exit code, 0 or 1
  /// @throws IndexOutOfBoundsException and what else the kernel's Java throws where the machine would go on; the
  ///     machine's result then decides
  public int run(MemorySegment[] segments, long[] scalars) {
    if (segments.length != this.segments.size() || scalars.length != this.scalars.size()) {
      throw new IllegalArgumentException(
          "%s takes %d segments and %d scalars, not %d and %d"
              .formatted(
                  name,
                  this.segments.size(),
                  this.scalars.size(),
                  segments.length,
                  scalars.length));
    }
    try {
      return (int) handle.invokeExact(segments, scalars);
    } catch (RuntimeException | Error thrown) {
      throw thrown;
    } catch (Throwable checked) {
      throw new AssertionError("kernel Java throws no checked exceptions", checked);
    }
  }

  @Override
  public String toString() {
    return name;
  }

  /// The method as `(MemorySegment[], long[]) -> int`.
  private MethodHandle bind() {
    MethodHandle bound = find();
    if (bound.type().returnType() == void.class) {
      bound = MethodHandles.filterReturnValue(bound, MethodHandles.constant(int.class, 0));
    }
    int first = segments.size();
    for (int i = 0; i < scalars.size(); i++) {
      if (scalars.get(i).type() == Scalar.Type.FLOAT) {
        bound = MethodHandles.filterArguments(bound, first + i, FLOAT_OF_RAW);
      }
    }
    MethodType raw = bound.type();
    for (int i = 0; i < scalars.size(); i++) {
      raw = raw.changeParameterType(first + i, long.class);
    }
    return MethodHandles.explicitCastArguments(bound, raw)
        .asSpreader(first, long[].class, scalars.size())
        .asSpreader(0, MemorySegment[].class, first);
  }

  private MethodHandle find() {
    try {
      MethodHandle found =
          MethodHandles.publicLookup()
              .unreflect(owner.getMethod(method(), type().parameterArray()));
      Class<?> result = found.type().returnType();
      if (found.type().parameterCount() == type().parameterCount()
          && (result == void.class || result == int.class)) {
        return found;
      }
    } catch (NoSuchMethodException | IllegalAccessException none) {
      // said below
    }
    throw new IllegalArgumentException(
        "%s has no public static method %s%s".formatted(owner.getName(), method(), type()));
  }

  private static MethodHandle floatOfRaw() {
    try {
      MethodHandle ofBits =
          MethodHandles.publicLookup()
              .findStatic(
                  Float.class, "intBitsToFloat", MethodType.methodType(float.class, int.class));
      return MethodHandles.explicitCastArguments(
          ofBits, MethodType.methodType(float.class, long.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }
}
