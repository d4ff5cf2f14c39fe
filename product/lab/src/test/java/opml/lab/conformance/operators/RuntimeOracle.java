package opml.lab.conformance.operators;

import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;

/// What ONNX Runtime gives for a model, by its Java binding, which is no dependency of anything and is called by
/// reflection.
final class RuntimeOracle {
  private static final String PACKAGE = "ai.onnxruntime.";

  /// Its names of types that its binding takes and gives.
  private static final Map<ElementType, String> TYPES =
      Map.of(
          ElementType.F32, "FLOAT",
          ElementType.F64, "DOUBLE",
          ElementType.F16, "FLOAT16",
          ElementType.BF16, "BFLOAT16",
          ElementType.I8, "INT8",
          ElementType.U8, "UINT8",
          ElementType.I16, "INT16",
          ElementType.I32, "INT32",
          ElementType.I64, "INT64",
          ElementType.BOOL, "BOOL");

  private final Object environment;
  private final Class<?> options;
  private final Class<?> session;
  private final Class<?> tensor;
  private final Class<?> type;

  @SuppressWarnings("resource") // its library stays loaded as long as the process lives
  RuntimeOracle(Path jar) {
    try {
      URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()});
      this.options = loader.loadClass(PACKAGE + "OrtSession$SessionOptions");
      this.session = loader.loadClass(PACKAGE + "OrtSession");
      this.tensor = loader.loadClass(PACKAGE + "OnnxTensor");
      this.type = loader.loadClass(PACKAGE + "OnnxJavaType");
      this.environment =
          loader.loadClass(PACKAGE + "OrtEnvironment").getMethod("getEnvironment").invoke(null);
    } catch (MalformedURLException | ReflectiveOperationException e) {
      throw new AssertionError(jar + " is not ONNX Runtime's Java binding", e);
    }
  }

  /// What became of a model.
  sealed interface Answer {
    record Outputs(List<Tensor> tensors) implements Answer {}

    /// It does not take the model, or has no kernel for it.
    record Refusal(String why) implements Answer {}
  }

  /// {@return the outputs that a model file names, in their order}
  Answer run(byte[] model, Map<String, Tensor> inputs, List<String> outputs) {
    try {
      Object chosen = options.getConstructor().newInstance();
      options.getMethod("setIntraOpNumThreads", int.class).invoke(chosen, 1);
      Class<?> level =
          options.getClassLoader().loadClass(PACKAGE + "OrtSession$SessionOptions$OptLevel");
      options
          .getMethod("setOptimizationLevel", level)
          .invoke(chosen, level.getField("NO_OPT").get(null));
      Class<?> logging = options.getClassLoader().loadClass(PACKAGE + "OrtLoggingLevel");
      options
          .getMethod("setSessionLogLevel", logging)
          .invoke(chosen, logging.getField("ORT_LOGGING_LEVEL_FATAL").get(null));
      Object opened =
          environment
              .getClass()
              .getMethod("createSession", byte[].class, options)
              .invoke(environment, model, chosen);
      try (AutoCloseable _ = (AutoCloseable) opened) {
        return new Answer.Outputs(outputs(opened, inputs, outputs));
      }
    } catch (InvocationTargetException e) {
      return new Answer.Refusal(String.valueOf(e.getCause().getMessage()));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private List<Tensor> outputs(Object opened, Map<String, Tensor> inputs, List<String> outputs)
      throws Exception {
    Map<String, Object> given = new HashMap<>();
    for (Map.Entry<String, Tensor> input : inputs.entrySet()) {
      given.put(input.getKey(), value(input.getValue()));
    }
    List<Tensor> results = new ArrayList<>();
    try (AutoCloseable result =
        (AutoCloseable) session.getMethod("run", Map.class).invoke(opened, given)) {
      for (String name : outputs) {
        Object value =
            ((Optional<?>) result.getClass().getMethod("get", String.class).invoke(result, name))
                .orElseThrow();
        results.add(tensor(value));
      }
    }
    for (Object value : given.values()) {
      ((AutoCloseable) value).close();
    }
    return results;
  }

  private Object value(Tensor value) throws ReflectiveOperationException {
    byte[] bytes = value.bytes();
    ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder());
    buffer.put(bytes).rewind();
    long[] dims = value.shape().dims().stream().mapToLong(dim -> dim).toArray();
    String name = TYPES.get(value.type());
    if (name == null) {
      throw new InvocationTargetException(
          new IllegalArgumentException("its binding has no " + value.type().label()));
    }
    return tensor
        .getMethod("createTensor", environment.getClass(), ByteBuffer.class, long[].class, type)
        .invoke(null, environment, buffer, dims, type.getField(name).get(null));
  }

  private Tensor tensor(Object value) throws ReflectiveOperationException {
    Object info = tensor.getMethod("getInfo").invoke(value);
    String name = String.valueOf(info.getClass().getField("type").get(info));
    ElementType own =
        TYPES.entrySet().stream()
            .filter(entry -> entry.getValue().equals(name))
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseThrow();
    long[] dims = (long[]) info.getClass().getMethod("getShape").invoke(info);
    ByteBuffer buffer = (ByteBuffer) tensor.getMethod("getByteBuffer").invoke(value);
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    int[] sizes = new int[dims.length];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = (int) dims[i];
    }
    return Tensor.ofBytes(own, Shape.of(sizes), bytes);
  }
}
