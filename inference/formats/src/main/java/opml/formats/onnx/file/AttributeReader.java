package opml.formats.onnx.file;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import opml.engine.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// Reads the current field of a node as one attribute.
final class AttributeReader {
  private static final int FLOAT = 1;
  private static final int INT = 2;
  private static final int STRING = 3;
  private static final int TENSOR = 4;
  private static final int FLOATS = 6;
  private static final int INTS = 7;
  private static final int STRINGS = 8;

  private final ProtobufReader in;
  private final TensorReader tensors;

  AttributeReader(ProtobufReader in, TensorReader tensors) {
    this.in = in;
    this.tensors = tensors;
  }

  OnnxAttribute read() {
    String name = "";
    long type = 0;
    float f = 0;
    long i = 0;
    String s = "";
    @Nullable Tensor t = null;
    List<Float> floats = new ArrayList<>();
    List<Long> ints = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    in.entry().open("attribute");
    while (in.next()) {
      switch (in.field()) {
        case 1 -> name = in.single().text("name");
        case 2 -> f = Float.intBitsToFloat(in.single().f32Bits("f"));
        case 3 -> i = in.single().varint("i");
        case 4 -> s = in.single().text("s");
        case 5 -> {
          in.single();
          t = tensors.read("t").value();
        }
        case 7 -> in.floats("floats", bits -> floats.add(entry(Float.intBitsToFloat(bits))));
        case 8 -> in.varints("ints", value -> ints.add(entry(value)));
        case 9 -> texts.add(in.entry().text("strings"));
        case 20 -> type = in.single().varint("type");
        case 21 -> throw in.malformed("references to function attributes are not supported");
        default -> in.skip();
      }
    }
    in.close();
    if (type == TENSOR && t == null) {
      throw in.malformed("attribute " + name + " is declared a tensor and has none");
    }
    return switch (Math.clamp(type, -1, 100)) {
      case FLOAT -> new OnnxAttribute.FloatValue(name, f);
      case INT -> new OnnxAttribute.IntValue(name, i);
      case STRING -> new OnnxAttribute.Text(name, s);
      case TENSOR -> new OnnxAttribute.TensorValue(name, Objects.requireNonNull(t));
      case FLOATS -> new OnnxAttribute.Floats(name, floats);
      case INTS -> new OnnxAttribute.Ints(name, ints);
      case STRINGS -> new OnnxAttribute.Texts(name, texts);
      default -> new OnnxAttribute.Unsupported(name, type);
    };
  }

  private <T> T entry(T value) {
    in.entry();
    return value;
  }
}
