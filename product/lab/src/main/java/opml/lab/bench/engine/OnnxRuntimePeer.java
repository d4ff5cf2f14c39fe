package opml.lab.bench.engine;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import opml.lab.bench.BenchException;

/// ONNX Runtime's own Java binding, in this process, as its users call it. It is fetched when this benchmark is first
/// run and is no dependency of anything, so it is called by reflection, through handles that cost nothing beside a run.
final class OnnxRuntimePeer implements AutoCloseable {
  private static final String PACKAGE = "ai.onnxruntime.";
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.publicLookup();

  private final URLClassLoader loader;
  private final Object environment;
  private final Class<?> options;
  private final Class<?> session;
  private final Class<?> tensor;

  /// @param jar of the binding
  OnnxRuntimePeer(Path jar) {
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
  interface Session extends AutoCloseable {
    /// Runs it once, on the input that it was loaded with.
    void run();

    /// {@return the first output of one run}
    float[] output();

    @Override
    void close();
  }

  /// {@return a session on a model file}
  ///
  /// @param threads that one node may use
  /// @param input name of the model's input
  Session load(Path model, int threads, String input, float[] values, long... shape) {
    try {
      Object chosen = options.getConstructor().newInstance();
      options.getMethod("setIntraOpNumThreads", int.class).invoke(chosen, threads);
      options.getMethod("setInterOpNumThreads", int.class).invoke(chosen, 1);
      Object opened =
          environment
              .getClass()
              .getMethod("createSession", String.class, options)
              .invoke(environment, model.toString(), chosen);
      FloatBuffer buffer =
          ByteBuffer.allocateDirect(4 * values.length)
              .order(ByteOrder.nativeOrder())
              .asFloatBuffer()
              .put(values)
              .rewind();
      Object value =
          tensor
              .getMethod("createTensor", environment.getClass(), FloatBuffer.class, long[].class)
              .invoke(null, environment, buffer, shape);
      MethodHandle run =
          LOOKUP
              .unreflect(session.getMethod("run", Map.class))
              .bindTo(opened)
              .bindTo(Map.of(input, value))
              .asType(MethodType.methodType(AutoCloseable.class));
      return new Opened(run, (AutoCloseable) opened, (AutoCloseable) value);
    } catch (ReflectiveOperationException e) {
      throw new BenchException("ONNX Runtime does not load " + model + ": " + e.getCause());
    }
  }

  private record Opened(MethodHandle handle, AutoCloseable opened, AutoCloseable value)
      implements Session {
    @Override
    public void run() {
      result(result -> 0);
    }

    @Override
    public float[] output() {
      return result(
          result -> {
            for (Object entry : (Iterable<?>) result) {
              Object value = ((Map.Entry<?, ?>) entry).getValue();
              return flat(value.getClass().getMethod("getValue").invoke(value));
            }
            throw new BenchException("ONNX Runtime gives no output");
          });
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

    private static float[] flat(Object values) {
      return switch (values) {
        case float[] row -> row;
        case float[][] rows -> rows[0];
        case null, default -> throw new BenchException("ONNX Runtime gives no row of floats");
      };
    }

    @Override
    public void close() {
      try (AutoCloseable _ = opened;
          AutoCloseable _ = value) {
        return;
      } catch (Exception e) {
        throw new BenchException("ONNX Runtime does not end: " + e);
      }
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
