package opml.llm;

import static java.util.Objects.requireNonNull;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;

/// Writes GGUF files, as a converter would.
public final class GgufWriter {
  private static final int ALIGNMENT = 32;

  /// Codes of types of values.
  private static final int U16 = 2;

  private static final int U32 = 4;
  private static final int I32 = 5;
  private static final int F32 = 6;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  private static final Map<ElementType, Integer> TENSOR_CODES =
      Map.of(
          ElementType.F32, 0,
          ElementType.F16, 1,
          ElementType.Q4_0, 2,
          ElementType.Q8_0, 8,
          ElementType.Q6_K, 14,
          ElementType.I32, 26,
          ElementType.BF16, 30);

  /// The bytes of each key with its value.
  private final Map<String, byte[]> pairs = new LinkedHashMap<>();

  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private ByteArrayOutputStream out = new ByteArrayOutputStream();

  public GgufWriter text(String key, String value) {
    return pair(key, STRING, () -> string(value));
  }

  public GgufWriter flag(String key, boolean value) {
    return pair(key, BOOL, () -> out.write(value ? 1 : 0));
  }

  public GgufWriter number(String key, int value) {
    return pair(key, U32, () -> little(value, Integer.BYTES));
  }

  public GgufWriter shortNumber(String key, int value) {
    return pair(key, U16, () -> little(value, Short.BYTES));
  }

  public GgufWriter real(String key, float value) {
    return pair(key, F32, () -> little(Float.floatToIntBits(value), Integer.BYTES));
  }

  public GgufWriter texts(String key, List<String> values) {
    return array(key, STRING, values.size(), () -> values.forEach(this::string));
  }

  public GgufWriter ints(String key, List<Integer> values) {
    return array(
        key, I32, values.size(), () -> values.forEach(value -> little(value, Integer.BYTES)));
  }

  public GgufWriter floats(String key, List<Float> values) {
    return array(
        key,
        F32,
        values.size(),
        () -> values.forEach(value -> little(Float.floatToIntBits(value), Integer.BYTES)));
  }

  public GgufWriter tensor(String name, Tensor tensor) {
    tensors.put(name, tensor);
    return this;
  }

  public GgufWriter zeros(String name, ElementType type, int... dims) {
    return tensor(name, Tensor.zero(type, Shape.of(dims)));
  }

  /// {@return a tensor of the file}
  public Tensor tensor(String name) {
    return requireNonNull(tensors.get(name));
  }

  public GgufWriter changed(UnaryOperator<Tensor> change) {
    tensors.replaceAll((_, tensor) -> change.apply(tensor));
    return this;
  }

  public GgufWriter without(String name) {
    pairs.remove(name);
    tensors.remove(name);
    return this;
  }

  public byte[] bytes() {
    out = new ByteArrayOutputStream();
    little(0x4655_4747, Integer.BYTES);
    little(3, Integer.BYTES);
    little(tensors.size(), Long.BYTES);
    little(pairs.size(), Long.BYTES);
    pairs.values().forEach(out::writeBytes);
    long offset = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      List<Integer> dims = entry.getValue().shape().dims();
      string(entry.getKey());
      little(dims.size(), Integer.BYTES);
      dims.reversed().forEach(dim -> little(dim, Long.BYTES));
      little(TENSOR_CODES.get(entry.getValue().type()), Integer.BYTES);
      little(offset, Long.BYTES);
      offset += Math.ceilDiv(entry.getValue().bytes().length, ALIGNMENT) * (long) ALIGNMENT;
    }
    for (Tensor tensor : tensors.values()) {
      pad();
      out.writeBytes(tensor.bytes());
    }
    pad();
    return out.toByteArray();
  }

  private void pad() {
    out.writeBytes(new byte[-out.size() & (ALIGNMENT - 1)]);
  }

  private GgufWriter array(String key, int element, int size, Runnable values) {
    return pair(
        key,
        ARRAY,
        () -> {
          little(element, Integer.BYTES);
          little(size, Long.BYTES);
          values.run();
        });
  }

  private GgufWriter pair(String key, int type, Runnable value) {
    out = new ByteArrayOutputStream();
    string(key);
    little(type, Integer.BYTES);
    value.run();
    pairs.put(key, out.toByteArray());
    return this;
  }

  private void string(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    little(bytes.length, Long.BYTES);
    out.writeBytes(bytes);
  }

  private void little(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >>> (8 * i)));
    }
  }
}
