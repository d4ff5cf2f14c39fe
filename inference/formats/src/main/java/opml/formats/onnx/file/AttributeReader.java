package opml.formats.onnx.file;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import opml.core.codec.Names;

/// Reads the current field of a node as one attribute.
final class AttributeReader {
  private static final int FLOAT = 1;
  private static final int INT = 2;
  private static final int STRING = 3;
  private static final int TENSOR = 4;
  private static final int GRAPH = 5;
  private static final int FLOATS = 6;
  private static final int INTS = 7;
  private static final int STRINGS = 8;

  /// ONNX's names for the types, by number.
  private static final List<String> TYPES =
      List.of(
          "undefined",
          "float",
          "int",
          "string",
          "tensor",
          "graph",
          "floats",
          "ints",
          "strings",
          "tensors",
          "graphs",
          "sparse_tensor",
          "sparse_tensors",
          "type_proto",
          "type_protos");

  private final ProtobufReader in;
  private final TensorReader tensors;
  private final Function<String, Optional<OnnxGraph>> graphs;

  /// @param graphs reads the current field, which has been named, as a graph of this label, or skips one that lies too
  ///     deep in others
  AttributeReader(
      ProtobufReader in, TensorReader tensors, Function<String, Optional<OnnxGraph>> graphs) {
    this.in = in;
    this.tensors = tensors;
    this.graphs = graphs;
  }

  OnnxAttribute read() {
    String name = "";
    String reference = "";
    long type = 0;
    float f = 0;
    long i = 0;
    Optional<String> s = Optional.of("");
    Optional<OnnxTensor> t = Optional.empty();
    Optional<OnnxGraph> g = Optional.empty();
    boolean hasGraph = false;
    List<Float> floats = new ArrayList<>();
    List<Long> ints = new ArrayList<>();
    List<Optional<String>> texts = new ArrayList<>();
    in.object("attribute").open("attribute");
    while (in.next()) {
      switch (in.field()) {
        case 1 -> name = in.single("name").text();
        case 2 -> f = Float.intBitsToFloat(in.single("f").floatBits());
        case 3 -> i = in.single("i").number();
        case 4 -> s = in.single("s").textOrBytes();
        case 5 -> {
          in.single("t");
          t = Optional.of(tensors.read("t"));
        }
        case 6 -> {
          in.single("g");
          hasGraph = true;
          g = graphs.apply("g");
        }
        case 7 -> in.repeated("floats").floats(bits -> floats.add(number(bits)));
        case 8 -> in.repeated("ints").numbers(value -> ints.add(number(value)));
        case 9 -> texts.add(in.entry("strings").textOrBytes());
        case 20 -> type = in.single("type").number();
        case 21 -> reference = in.single("ref_attr_name").text();
        default -> in.skip();
      }
    }
    if (type == TENSOR && t.isEmpty()) {
      throw in.damaged("expected a tensor in attribute " + Names.shown(name) + ", found none");
    }
    if (type == GRAPH && !hasGraph) {
      throw in.damaged("expected a graph in attribute " + Names.shown(name) + ", found none");
    }
    in.close();
    if (!reference.isEmpty()) {
      return new OnnxAttribute.Reference(name, reference);
    }
    return switch (Math.clamp(type, -1, TYPES.size())) {
      case FLOAT -> new OnnxAttribute.FloatValue(name, f);
      case INT -> new OnnxAttribute.IntValue(name, i);
      case STRING -> text(name, s);
      case TENSOR -> new OnnxAttribute.TensorValue(name, t.orElseThrow());
      case GRAPH ->
          g.isPresent()
              ? new OnnxAttribute.GraphValue(name, g.get())
              : new OnnxAttribute.Unsupported(name, "graph, too deep in others");
      case FLOATS -> new OnnxAttribute.Floats(name, floats);
      case INTS -> new OnnxAttribute.Ints(name, ints);
      case STRINGS -> texts(name, texts);
      default -> new OnnxAttribute.Unsupported(name, kind(type));
    };
  }

  private static OnnxAttribute text(String name, Optional<String> text) {
    return text.<OnnxAttribute>map(value -> new OnnxAttribute.Text(name, value))
        .orElseGet(() -> new OnnxAttribute.Unsupported(name, "string of bytes"));
  }

  private static OnnxAttribute texts(String name, List<Optional<String>> texts) {
    List<String> all = texts.stream().flatMap(Optional::stream).toList();
    return all.size() == texts.size()
        ? new OnnxAttribute.Texts(name, all)
        : new OnnxAttribute.Unsupported(name, "strings of bytes");
  }

  private static String kind(long type) {
    return type >= 0 && type < TYPES.size() ? TYPES.get((int) type) : "unknown type " + type;
  }

  private float number(int bits) {
    in.count();
    return Float.intBitsToFloat(bits);
  }

  private long number(long value) {
    in.count();
    return value;
  }
}
