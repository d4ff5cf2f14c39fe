package opml.lab.bench.peer;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.formats.onnx.file.OnnxType;
import opml.lab.bench.BenchException;

/// ONNX Runtime's own Java binding, in this process, as its users call it. It is fetched when this benchmark is first
/// run and is no dependency of anything, so it is called by reflection, through handles that cost nothing beside a run.
public final class OnnxRuntimePeer implements AutoCloseable {
  private static final String PACKAGE = "ai.onnxruntime.";
  private static final String DATA_TYPE = "ONNX_TENSOR_ELEMENT_DATA_TYPE_";
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.publicLookup();

  private final URLClassLoader loader;
  private final Object environment;
  private final Class<?> options;
  private final Class<?> session;
  private final Class<?> tensor;

  /// @param jar of the binding
  /// @throws BenchException if it is another
  public OnnxRuntimePeer(Path jar) {
    try {
      this.loader = new URLClassLoader(new URL[] {jar.toUri().toURL()});
      Class<?> environments = loader.loadClass(PACKAGE + "OrtEnvironment");
      this.options = loader.loadClass(PACKAGE + "OrtSession$SessionOptions");
      this.session = loader.loadClass(PACKAGE + "OrtSession");
      this.tensor = loader.loadClass(PACKAGE + "OnnxTensor");
      this.environment = environments.getMethod("getEnvironment").invoke(null);
    } catch (MalformedURLException | ReflectiveOperationException e) {
      throw new BenchException(jar + " is not ONNX Runtime's Java binding: " + e);
    }
  }

  /// A model that is loaded.
  public interface Session extends AutoCloseable {
    /// Runs it once, on the inputs that it was loaded with.
    void run();

    /// {@return the outputs of one run, those that are tensors of a type that we have, by their names}
    Map<String, Tensor> outputs();

    @Override
    void close();
  }

  /// {@return a session on a model file}
  ///
  /// @param threads that one node may use
  /// @param inputs all of them, by their names
  /// @throws BenchException if ONNX Runtime refuses the model or an input
  public Session load(Path model, int threads, Map<String, Tensor> inputs) {
    try {
      Object chosen = options.getConstructor().newInstance();
      options.getMethod("setIntraOpNumThreads", int.class).invoke(chosen, threads);
      options.getMethod("setInterOpNumThreads", int.class).invoke(chosen, 1);
      Object opened =
          environment
              .getClass()
              .getMethod("createSession", String.class, options)
              .invoke(environment, model.toString(), chosen);
      Map<String, Object> values = new LinkedHashMap<>();
      for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
        values.put(input.getKey(), given(input.getKey(), input.getValue()));
      }
      MethodHandle run =
          LOOKUP
              .unreflect(session.getMethod("run", Map.class))
              .bindTo(opened)
              .bindTo(values)
              .asType(MethodType.methodType(AutoCloseable.class));
      List<AutoCloseable> open = new ArrayList<>(List.of((AutoCloseable) opened));
      values.values().forEach(value -> open.add((AutoCloseable) value));
      return new Opened(this, run, open);
    } catch (ReflectiveOperationException e) {
      throw new BenchException("ONNX Runtime does not load " + model + ": " + e.getCause(), e);
    }
  }

  /// Runs a model once, with none of its nodes changed, left out or put together.
  ///
  /// @param inputs all of them, by their names
  /// @param wanted outputs
  /// @return those of the wanted outputs that are tensors of a type that we have, by their names
  /// @throws BenchException if ONNX Runtime refuses the model or an input, or fails
  public Map<String, Tensor> values(Path model, Map<String, Tensor> inputs, Set<String> wanted) {
    List<AutoCloseable> open = new ArrayList<>();
    try {
      AutoCloseable chosen = (AutoCloseable) options.getConstructor().newInstance();
      open.add(chosen);
      Class<?> levels = loader.loadClass(PACKAGE + "OrtSession$SessionOptions$OptLevel");
      options.getMethod("setOptimizationLevel", levels).invoke(chosen, constant(levels, "NO_OPT"));
      Object opened =
          environment
              .getClass()
              .getMethod("createSession", String.class, options)
              .invoke(environment, model.toString(), chosen);
      open.add((AutoCloseable) opened);
      Map<String, Object> given = new HashMap<>();
      for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
        AutoCloseable value = (AutoCloseable) given(input.getKey(), input.getValue());
        open.add(value);
        given.put(input.getKey(), value);
      }
      Object result = session.getMethod("run", Map.class, Set.class).invoke(opened, given, wanted);
      open.add((AutoCloseable) result);
      return taken((Iterable<?>) result);
    } catch (InvocationTargetException e) {
      throw new BenchException(
          "ONNX Runtime does not run %s: %s".formatted(model.getFileName(), e.getCause()), e);
    } catch (ReflectiveOperationException e) {
      throw new BenchException("ONNX Runtime's Java binding is another one: " + e, e);
    } finally {
      open.reversed().forEach(OnnxRuntimePeer::end);
    }
  }

  private static void end(AutoCloseable one) {
    try {
      one.close();
    } catch (Exception e) {
      throw new BenchException("ONNX Runtime does not end: " + e, e);
    }
  }

  private static Object constant(Class<?> enumeration, String name) {
    for (Object one : enumeration.getEnumConstants()) {
      if (((Enum<?>) one).name().equals(name)) {
        return one;
      }
    }
    throw new BenchException("ONNX Runtime's %s has no %s".formatted(enumeration.getName(), name));
  }

  private Object given(String name, Tensor value) throws ReflectiveOperationException {
    Class<?> types = loader.loadClass(PACKAGE + "OnnxJavaType");
    String type =
        switch (value.type()) {
          case F32 -> "FLOAT";
          case F64 -> "DOUBLE";
          case F16 -> "FLOAT16";
          case BF16 -> "BFLOAT16";
          case I8 -> "INT8";
          case I16 -> "INT16";
          case I32 -> "INT32";
          case I64 -> "INT64";
          case U8 -> "UINT8";
          case BOOL -> "BOOL";
          default ->
              throw new BenchException(
                  "input %s: ONNX Runtime's Java binding takes no %s"
                      .formatted(name, value.type().label()));
        };
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(Math.toIntExact(value.data().byteSize()))
            .order(ByteOrder.nativeOrder())
            .put(value.bytes())
            .rewind();
    long[] shape = value.shape().dims().stream().mapToLong(Integer::longValue).toArray();
    return tensor
        .getMethod("createTensor", environment.getClass(), ByteBuffer.class, long[].class, types)
        .invoke(null, environment, buffer, shape, constant(types, type));
  }

  private Map<String, Tensor> taken(Iterable<?> result) throws ReflectiveOperationException {
    Map<String, Tensor> values = new LinkedHashMap<>();
    for (Object entry : result) {
      Map.Entry<?, ?> named = (Map.Entry<?, ?>) entry;
      taken(named.getValue()).ifPresent(one -> values.put(String.valueOf(named.getKey()), one));
    }
    return values;
  }

  /// {@return a value as ours, if it is a tensor of a type that we have}
  private Optional<Tensor> taken(Object value) throws ReflectiveOperationException {
    if (!tensor.isInstance(value)) {
      return Optional.empty();
    }
    Object info = tensor.getMethod("getInfo").invoke(value);
    String type = String.valueOf(info.getClass().getField("onnxType").get(info));
    Optional<ElementType> element =
        Arrays.stream(OnnxType.values())
            .filter(one -> type.equals(DATA_TYPE + one.name()))
            .findFirst()
            .flatMap(OnnxType::element);
    if (element.isEmpty()) {
      return Optional.empty();
    }
    long[] dims = (long[]) info.getClass().getMethod("getShape").invoke(info);
    Shape shape = Shape.of(Arrays.stream(dims).mapToInt(Math::toIntExact).toArray());
    ByteBuffer buffer = (ByteBuffer) tensor.getMethod("getByteBuffer").invoke(value);
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return Optional.of(Tensor.ofBytes(element.get(), shape, bytes));
  }

  private record Opened(OnnxRuntimePeer peer, MethodHandle handle, List<AutoCloseable> open)
      implements Session {
    @Override
    public void run() {
      result(_ -> 0);
    }

    @Override
    public Map<String, Tensor> outputs() {
      return result(result -> peer.taken((Iterable<?>) result));
    }

    private interface Reading<T> {
      T of(AutoCloseable result) throws Exception;
    }

    private <T> T result(Reading<T> reading) {
      try (AutoCloseable result = (AutoCloseable) handle.invokeExact()) {
        return reading.of(result);
      } catch (Throwable e) {
        throw new BenchException("ONNX Runtime fails: " + e);
      }
    }

    @Override
    public void close() {
      open.forEach(OnnxRuntimePeer::end);
    }
  }

  @Override
  public void close() {
    try {
      loader.close();
    } catch (IOException e) {
      throw new BenchException("ONNX Runtime's jar cannot be closed: " + e);
    }
  }
}
