package opml.formats.onnx.file;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Reads the current field as a `TensorProto`. The dimensions decide nothing about memory: what is allocated
/// is what the file really holds, and it must then match the dimensions.
final class TensorReader {
  private final ProtobufReader in;

  TensorReader(ProtobufReader in) {
    this.in = in;
  }

  OnnxTensor read(String what) {
    String name = "";
    List<Integer> dims = new ArrayList<>();
    long dataType = 0;
    byte @Nullable [] raw = null;
    ByteArrayOutputStream floats = new ByteArrayOutputStream();
    List<Long> longs = new ArrayList<>();
    in.entry().open(what);
    while (in.next()) {
      switch (in.field()) {
        case 1 -> in.varints("dims", dim -> dims.add(dim(dim)));
        case 2 -> dataType = in.single().varint("dataType");
        case 3 -> throw in.malformed("tensors in segments are not supported");
        case 4 -> in.floats("floatData", bits -> append(floats, bits));
        case 5 -> in.varints("int32Data", value -> longs.add(value));
        case 7 -> in.varints("int64Data", value -> longs.add(value));
        case 8 -> name = in.single().text("name");
        case 9 -> raw = in.single().bytes("rawData");
        case 13 -> throw in.malformed("data outside the model file is refused");
        case 14 -> {
          if (in.single().varint("dataLocation") != 0) {
            throw in.malformed("data outside the model file is refused");
          }
        }
        default -> in.skip();
      }
    }
    ElementType type = type(name, dataType);
    Shape shape = shape(name, dims);
    int given = (raw == null ? 0 : 1) + (floats.size() == 0 ? 0 : 1) + (longs.isEmpty() ? 0 : 1);
    if (given > 1) {
      throw in.malformed("tensor " + name + " gives its data in " + given + " ways");
    }
    byte[] bytes;
    if (raw != null) {
      bytes = raw;
    } else if (type == ElementType.F32) {
      bytes = floats.toByteArray();
    } else {
      bytes = littleEndian(type, longs);
    }
    if (bytes.length != Tensor.byteSize(type, shape)) {
      throw in.malformed(
          String.format(
              Locale.ROOT,
              "tensor %s is %s %s, %d bytes, but holds %d",
              name,
              type.label(),
              shape,
              Tensor.byteSize(type, shape),
              bytes.length));
    }
    in.close();
    return new OnnxTensor(name, Tensor.ofBytes(type, shape, bytes));
  }

  private int dim(long dim) {
    in.entry();
    if (dim < 0 || dim > Integer.MAX_VALUE) {
      throw in.malformed("dimension " + dim + " is not from 0 to 2^31 - 1");
    }
    return (int) dim;
  }

  private Shape shape(String name, List<Integer> dims) {
    try {
      return new Shape(dims);
    } catch (IllegalArgumentException e) {
      throw in.malformed("tensor " + name + ": " + e.getMessage());
    }
  }

  private ElementType type(String name, long dataType) {
    for (ElementType type : ElementType.values()) {
      if (type.onnxCode() == dataType) {
        return type;
      }
    }
    throw in.malformed(
        "tensor "
            + name
            + " has data type "
            + dataType
            + "; supported are 1 (float), 2 (uint8), "
            + "3 (int8), 6 (int32), 7 (int64), 9 (bool)");
  }

  private byte[] littleEndian(ElementType type, List<Long> values) {
    byte[] bytes = new byte[values.size() * type.bytes()];
    int at = 0;
    for (long value : values) {
      int unused = 64 - 8 * type.bytes();
      boolean signed = value << unused >> unused == value;
      boolean unsigned = value << unused >>> unused == value;
      if (!signed && !unsigned) {
        throw in.malformed(value + " is not an " + type.label());
      }
      for (int i = 0; i < type.bytes(); i++) {
        bytes[at++] = (byte) (value >>> 8 * i);
      }
    }
    return bytes;
  }

  private static void append(ByteArrayOutputStream out, int bits) {
    for (int i = 0; i < 4; i++) {
      out.write(bits >>> 8 * i);
    }
  }
}
