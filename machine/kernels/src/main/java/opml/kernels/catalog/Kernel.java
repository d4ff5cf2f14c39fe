package opml.kernels.catalog;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import opml.kernels.memory.Changes;
import opml.kernels.memory.ChangesOnly;
import org.jspecify.annotations.Nullable;

/// A kernel: a public static method in kernel Java over segments, numbers and records of them, which returns nothing or
/// whether the program should go on (0) or stop (1).
///
/// Its name is the method's, as models spell it: `conv2dF32` is `conv2d.f32`. Its arguments are the method's
/// parameters, a record's components each an argument of its own: all segments come first, then all scalars, both in
/// the order of the parameters. They are named as the parameters are, a record's as `parameter.component`.
public final class Kernel {
  private static final MethodHandle FLOAT_OF_RAW = floatOfRaw();

  private final Method method;
  private final String name;
  private final List<Argument> arguments;
  private final List<String> segments;
  private final List<Scalar> scalars;
  private final Optional<Changes> changes;

  /// Made at the first call: whoever only imports a graph calls none, and to make all took a fourth of an import's
  /// time.
  private volatile @Nullable MethodHandle handle;

  /// A parameter, or a component of one.
  private record Argument(String name, Class<?> type) {
    private boolean isSegment() {
      return type == MemorySegment.class;
    }
  }

  private Kernel(Method method) {
    this.method = method;
    this.name = spelled(method.getName());
    this.arguments = Arrays.stream(method.getParameters()).flatMap(Kernel::arguments).toList();
    this.segments = arguments.stream().filter(Argument::isSegment).map(Argument::name).toList();
    this.scalars =
        arguments.stream()
            .filter(argument -> !argument.isSegment())
            .map(argument -> new Scalar(argument.name(), type(argument)))
            .toList();
    this.changes = changes(method);
    requireResult(method);
  }

  /// {@return the kernels of a class: its public static methods, by their names}
  ///
  /// @throws IllegalArgumentException when one of them cannot be a kernel
  public static List<Kernel> of(Class<?> owner) {
    return Arrays.stream(owner.getMethods())
        .filter(method -> Modifier.isStatic(method.getModifiers()))
        .map(Kernel::new)
        .sorted((a, b) -> a.name.compareTo(b.name))
        .toList();
  }

  /// {@return the kernel of a class that has this name}
  ///
  /// @throws IllegalArgumentException when the class has no such public static method, or it cannot be a kernel
  public static Kernel of(Class<?> owner, String name) {
    return Arrays.stream(owner.getMethods())
        .filter(method -> Modifier.isStatic(method.getModifiers()))
        .filter(method -> spelled(method.getName()).equals(name))
        .findFirst()
        .map(Kernel::new)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s has no public static method for the kernel %s"
                        .formatted(owner.getName(), name)));
  }

  public String name() {
    return name;
  }

  /// {@return the class that has the kernel's method}
  public Class<?> owner() {
    return method.getDeclaringClass();
  }

  /// {@return the names of the segment arguments, in their order}
  public List<String> segments() {
    return segments;
  }

  /// {@return the scalar arguments, in their order}
  public List<Scalar> scalars() {
    return scalars;
  }

  /// {@return which bytes of the segments that it changes in place a call may change; any if it does not say}
  public Optional<Changes> changes() {
    return changes;
  }

  /// {@return the place of a scalar argument}
  ///
  /// @throws IllegalArgumentException when there is none of that name
  public int scalar(String argument) {
    for (int i = 0; i < scalars.size(); i++) {
      if (scalars.get(i).name().equals(argument)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        "%s has no scalar '%s'; there are %s"
            .formatted(name, argument, scalars.stream().map(Scalar::name).toList()));
  }

  /// {@return the name of the kernel's method}
  public String method() {
    return method.getName();
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
    MethodHandle known = handle;
    MethodHandle bound = known == null ? bind() : known;
    try {
      return (int) bound.invokeExact(segments, scalars);
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

  private static Optional<Changes> changes(Method method) {
    @Nullable ChangesOnly only = method.getAnnotation(ChangesOnly.class);
    try {
      return only == null
          ? Optional.empty()
          : Optional.of(only.value().getConstructor().newInstance());
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          "%s: what it changes cannot be told by %s".formatted(method, only), e);
    }
  }

  private static String spelled(String method) {
    return method.replaceAll("(?=[A-Z])", ".").toLowerCase(Locale.ROOT);
  }

  private static Stream<Argument> arguments(Parameter parameter) {
    if (!parameter.getType().isRecord()) {
      return Stream.of(new Argument(parameter.getName(), parameter.getType()));
    }
    return Arrays.stream(parameter.getType().getRecordComponents())
        .map(part -> new Argument(parameter.getName() + "." + part.getName(), part.getType()))
        .map(Kernel::shortened);
  }

  /// A record's segment is what the parameter is about, if it is called `data`.
  private static Argument shortened(Argument argument) {
    return argument.isSegment() && argument.name().endsWith(".data")
        ? new Argument(argument.name().replaceFirst("\\.data$", ""), argument.type())
        : argument;
  }

  private Scalar.Type type(Argument argument) {
    return Scalar.Type.of(argument.type())
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s.%s is no kernel: %s is a %s"
                        .formatted(
                            owner().getName(),
                            method.getName(),
                            argument.name(),
                            argument.type().getName())));
  }

  private static void requireResult(Method method) {
    Class<?> result = method.getReturnType();
    if (result != void.class && result != int.class) {
      throw new IllegalArgumentException(
          "%s.%s is no kernel: it returns a %s"
              .formatted(method.getDeclaringClass().getName(), method.getName(), result.getName()));
    }
  }

  /// The method as `(MemorySegment[], long[]) -> int`.
  private MethodHandle bind() {
    MethodHandle bound = segmentsFirst(flat());
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
    MethodHandle spread =
        MethodHandles.explicitCastArguments(bound, raw)
            .asSpreader(first, long[].class, scalars.size())
            .asSpreader(0, MemorySegment[].class, first);
    handle = spread;
    return spread;
  }

  /// The method over its arguments, records made of their components.
  private MethodHandle flat() {
    try {
      MethodHandle flat = MethodHandles.publicLookup().unreflect(method);
      for (int i = flat.type().parameterCount() - 1; i >= 0; i--) {
        Class<?> type = flat.type().parameterType(i);
        if (type.isRecord()) {
          flat = MethodHandles.collectArguments(flat, i, maker(type));
        }
      }
      return flat;
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(
          "%s.%s is no kernel: %s".formatted(owner().getName(), method.getName(), e.getMessage()),
          e);
    }
  }

  private static MethodHandle maker(Class<?> type) throws ReflectiveOperationException {
    Class<?>[] components =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    Constructor<?> constructor = type.getDeclaredConstructor(components);
    return MethodHandles.publicLookup().unreflectConstructor(constructor);
  }

  private MethodHandle segmentsFirst(MethodHandle flat) {
    List<Integer> order = new ArrayList<>();
    IntStream.range(0, arguments.size())
        .filter(i -> arguments.get(i).isSegment())
        .forEach(order::add);
    IntStream.range(0, arguments.size())
        .filter(i -> !arguments.get(i).isSegment())
        .forEach(order::add);
    MethodType sorted =
        MethodType.methodType(
            flat.type().returnType(), order.stream().map(flat.type()::parameterType).toList());
    int[] places = new int[order.size()];
    for (int i = 0; i < places.length; i++) {
      places[order.get(i)] = i;
    }
    return MethodHandles.permuteArguments(flat, sorted, places);
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
