package opml.lab.bench.llm;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import opml.core.codec.WholeFile;
import opml.engine.tensor.ElementType;

/// A GGUF file to be written: keys first, then tensors, whose bytes are asked for when they are written.
final class GgufOutput {
  private static final int VERSION = 3;
  private static final int ALIGNMENT = 32;

  /// Codes of the types of keys.
  private static final int U32 = 4;

  private static final int I32 = 5;
  private static final int F32 = 6;
  private static final int STRING = 8;
  private static final int ARRAY = 9;

  /// GGML's codes of the types that weights have.
  private static final Map<ElementType, Integer> CODES =
      Map.ofEntries(
          Map.entry(ElementType.F32, 0),
          Map.entry(ElementType.F16, 1),
          Map.entry(ElementType.Q4_0, 2),
          Map.entry(ElementType.Q4_1, 3),
          Map.entry(ElementType.Q5_0, 6),
          Map.entry(ElementType.Q5_1, 7),
          Map.entry(ElementType.Q8_0, 8),
          Map.entry(ElementType.Q2_K, 10),
          Map.entry(ElementType.Q3_K, 11),
          Map.entry(ElementType.Q4_K, 12),
          Map.entry(ElementType.Q5_K, 13),
          Map.entry(ElementType.Q6_K, 14),
          Map.entry(ElementType.IQ2_XXS, 16),
          Map.entry(ElementType.IQ2_XS, 17),
          Map.entry(ElementType.IQ3_XXS, 18),
          Map.entry(ElementType.IQ1_S, 19),
          Map.entry(ElementType.IQ4_NL, 20),
          Map.entry(ElementType.IQ3_S, 21),
          Map.entry(ElementType.IQ2_S, 22),
          Map.entry(ElementType.IQ4_XS, 23),
          Map.entry(ElementType.IQ1_M, 29),
          Map.entry(ElementType.BF16, 30));

  private final ByteArrayOutputStream keys = new ByteArrayOutputStream();
  private int keyCount;
  private final List<Entry> tensors = new ArrayList<>();

  /// @param dims the innermost last
  private record Entry(
      String name, ElementType type, int code, List<Integer> dims, WholeFile.Content data) {
    long bytes() {
      return type.byteSize(dims);
    }
  }

  /// {@return whether tensors of a type can be written}
  static boolean writes(ElementType type) {
    return CODES.containsKey(type);
  }

  GgufOutput text(String key, String value) {
    key(key, STRING);
    string(keys, value);
    return this;
  }

  GgufOutput whole(String key, int value) {
    key(key, U32);
    keys.writeBytes(little(Integer.BYTES).putInt(value).array());
    return this;
  }

  GgufOutput real(String key, float value) {
    key(key, F32);
    keys.writeBytes(little(Float.BYTES).putFloat(value).array());
    return this;
  }

  GgufOutput texts(String key, List<String> values) {
    array(key, STRING, values.size());
    values.forEach(value -> string(keys, value));
    return this;
  }

  GgufOutput wholes(String key, int... values) {
    array(key, I32, values.length);
    for (int value : values) {
      keys.writeBytes(little(Integer.BYTES).putInt(value).array());
    }
    return this;
  }

  GgufOutput reals(String key, List<Float> values) {
    array(key, F32, values.size());
    values.forEach(value -> keys.writeBytes(little(Float.BYTES).putFloat(value).array()));
    return this;
  }

  /// @param dims the innermost last
  /// @param data writes exactly the bytes that type and dimensions ask for
  GgufOutput tensor(String name, ElementType type, List<Integer> dims, WholeFile.Content data) {
    Integer code = CODES.get(type);
    if (code == null) {
      throw new IllegalArgumentException("%s: no tensors of %s".formatted(name, type.label()));
    }
    tensors.add(new Entry(name, type, code, List.copyOf(dims), data));
    return this;
  }

  private void array(String key, int type, int count) {
    key(key, ARRAY);
    keys.writeBytes(little(12).putInt(type).putLong(count).array());
  }

  private void key(String key, int type) {
    keyCount++;
    string(keys, key);
    keys.writeBytes(little(Integer.BYTES).putInt(type).array());
  }

  /// Writes or replaces the file, whole or not at all.
  void write(Path file) throws IOException {
    WholeFile.write(file, this::write);
  }

  private void write(OutputStream out) throws IOException {
    byte[] head = head();
    out.write(head);
    pad(out, head.length);
    for (Entry tensor : tensors) {
      Counted counted = new Counted(out);
      tensor.data().writeTo(counted);
      if (counted.count != tensor.bytes()) {
        throw new IllegalStateException(
            "%s: %,d bytes, and %,d expected"
                .formatted(tensor.name(), counted.count, tensor.bytes()));
      }
      pad(out, tensor.bytes());
    }
  }

  private byte[] head() {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    head.writeBytes("GGUF".getBytes(StandardCharsets.US_ASCII));
    head.writeBytes(little(20).putInt(VERSION).putLong(tensors.size()).putLong(keyCount).array());
    head.writeBytes(keys.toByteArray());
    long offset = 0;
    for (Entry tensor : tensors) {
      string(head, tensor.name());
      head.writeBytes(little(Integer.BYTES).putInt(tensor.dims().size()).array());
      for (int dim : tensor.dims().reversed()) {
        head.writeBytes(little(Long.BYTES).putLong(dim).array());
      }
      head.writeBytes(little(12).putInt(tensor.code()).putLong(offset).array());
      offset += tensor.bytes() + padding(tensor.bytes());
    }
    return head.toByteArray();
  }

  private static void pad(OutputStream out, long bytes) throws IOException {
    out.write(new byte[padding(bytes)]);
  }

  private static int padding(long bytes) {
    return (int) (-bytes & ALIGNMENT - 1);
  }

  private static void string(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeBytes(little(Long.BYTES).putLong(bytes.length).array());
    out.writeBytes(bytes);
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static final class Counted extends OutputStream {
    private final OutputStream out;
    private long count;

    Counted(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int value) throws IOException {
      out.write(value);
      count++;
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
      count += length;
    }
  }
}
