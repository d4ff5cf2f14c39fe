package opml.formats.onnx.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.core.codec.MalformedException;
import opml.formats.file.ByteSource;
import opml.formats.file.FileBytes;
import opml.formats.onnx.file.ProtobufReader.Wire;

/// Reads a model file of any size. Field numbers are those of `onnx.proto`.
///
/// What is kept is the graph: names, attributes, and where the data of each tensor lie. The data themselves are read
/// when they are needed, from the file, which must be the same by then.
public final class OnnxReader {
  /// Sub-graphs of sub-graphs: few models have three, and each takes its reader's stack.
  private static final int MOST_NESTED = 16;

  /// Types in types: an optional of a sequence of tensors.
  private static final int MOST_TYPES = 2;

  private final ProtobufReader in;
  private final TensorReader tensors;
  private int depth;

  private OnnxReader(ProtobufReader in, ByteSource source, boolean alone) {
    this.in = in;
    this.tensors = new TensorReader(in, source, alone);
  }

  /// Reads a file. Data that a tensor has outside of it must lie in the same folder, or below.
  ///
  /// @throws MalformedException if it is not a model that we can represent; names file, place and byte
  /// @throws IOException if the file cannot be read
  public static OnnxModel read(Path file) throws IOException {
    return read(file, false);
  }

  /// Reads as [#read(Path)] a file that must have all of its data in itself, as one from a stranger.
  ///
  /// @throws MalformedException also if a tensor, read or not, has its data beside the file
  public static OnnxModel readAlone(Path file) throws IOException {
    return read(file, true);
  }

  /// Reads a file that is one `TensorProto`, as data sets beside models have it.
  ///
  /// @throws MalformedException if it is none; its data are read when they are asked for
  /// @throws IOException if the file cannot be read
  public static OnnxTensor tensor(Path file) throws IOException {
    FileBytes source = FileBytes.of(file.toString(), file);
    ProtobufReader in = new ProtobufReader(source, "", 0, source.size());
    return new TensorReader(in, source, true).whole();
  }

  /// Reads a file that is one `TensorProto`, `SequenceProto` or `OptionalProto`, as data sets beside models have it.
  ///
  /// @param kind which of them, as the model declares the value; what is of no declared type is a tensor
  /// @return the tensors in it, or nothing of an optional that is empty
  /// @throws MalformedException if it is none, or one of something else than tensors
  /// @throws IOException if the file cannot be read
  public static Optional<List<OnnxTensor>> value(Path file, OnnxValueInfo.Kind kind)
      throws IOException {
    FileBytes source = FileBytes.of(file.toString(), file);
    ProtobufReader in = new ProtobufReader(source, "", 0, source.size());
    TensorReader tensors = new TensorReader(in, source, true);
    ListReader reader = new ListReader(in, tensors);
    return switch (kind) {
      case TENSOR, UNDECLARED, SPARSE_TENSOR, NESTED, MAP, OPAQUE ->
          Optional.of(List.of(tensors.whole()));
      case SEQUENCE -> Optional.of(reader.sequence());
      case OPTIONAL, OPTIONAL_SEQUENCE -> reader.optional();
    };
  }

  private static OnnxModel read(Path file, boolean alone) throws IOException {
    FileBytes source = FileBytes.of(file.toString(), file);
    try {
      return read(source, alone);
    } catch (MalformedException e) {
      source.close();
      throw e;
    }
  }

  /// Reads the bytes of a model file; `source` names them in errors. They must not be changed as long as the model's
  /// tensors are read.
  ///
  /// @throws MalformedException as [#read]
  public static OnnxModel parse(String source, byte[] bytes) {
    try {
      return read(new ByteSource.InMemory(source, bytes), false);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
  }

  private static OnnxModel read(ByteSource source, boolean alone) throws IOException {
    try {
      ProtobufReader in = new ProtobufReader(source, "", 0, source.size());
      return new OnnxReader(in, source, alone).model(source.name());
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static MalformedException notOnnx(String source, String what) {
    return new MalformedException(source + ": not an ONNX file: " + what);
  }

  private OnnxModel model(String source) {
    long irVersion = 0;
    String producer = "";
    List<OnnxOpset> opsets = new ArrayList<>();
    List<OnnxFunction> functions = new ArrayList<>();
    Optional<OnnxGraph> graph = Optional.empty();
    if (!beginsAsModel()) {
      throw notOnnx(source, "it does not begin with a field of a model");
    }
    do {
      switch (in.field()) {
        case 1 -> irVersion = in.single("ir_version").number();
        case 2 -> producer = in.single("producer_name").text();
        case 7 -> {
          in.single("graph");
          graph = Optional.of(graph("graph"));
        }
        case 8 -> opsets.add(opset());
        case 25 -> functions.add(function(functions.size()));
        default -> in.skip();
      }
    } while (in.next());
    if (graph.isEmpty()) {
      throw notOnnx(source, "it has no graph");
    }
    return new OnnxModel(irVersion, producer, opsets, graph.get(), functions);
  }

  /// {@return whether the first field is one that a model has, and is then the current one}
  private boolean beginsAsModel() {
    try {
      if (!in.next()) {
        return false;
      }
    } catch (MalformedException e) {
      return false;
    }
    return switch (in.field()) {
      case 1, 5 -> in.wire() == Wire.NUMBER;
      case 2, 3, 4, 6, 7, 8, 14, 20, 25, 26 -> in.wire() == Wire.BYTES;
      default -> false;
    };
  }

  private OnnxOpset opset() {
    String domain = "";
    long version = 0;
    in.object("opset_import").open("opset_import");
    while (in.next()) {
      switch (in.field()) {
        case 1 -> domain = in.single("domain").text();
        case 2 -> version = in.single("version").number();
        default -> in.skip();
      }
    }
    in.close();
    return new OnnxOpset(domain, version);
  }

  private OnnxFunction function(int index) {
    String name = "";
    String domain = "";
    String overload = "";
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    List<String> attributes = new ArrayList<>();
    List<OnnxAttribute> defaults = new ArrayList<>();
    List<OnnxNode> nodes = new ArrayList<>();
    List<OnnxOpset> opsets = new ArrayList<>();
    in.object("function").open("function " + index);
    while (in.next()) {
      switch (in.field()) {
        case 1 -> name = in.single("name").text();
        case 4 -> inputs.add(in.entry("input").text());
        case 5 -> outputs.add(in.entry("output").text());
        case 6 -> attributes.add(in.entry("attribute").text());
        case 7 -> nodes.add(node(nodes.size()));
        case 9 -> opsets.add(opset());
        case 10 -> domain = in.single("domain").text();
        case 11 -> defaults.add(attribute());
        case 13 -> overload = in.single("overload").text();
        default -> in.skip();
      }
    }
    in.close();
    return new OnnxFunction(
        domain, name, overload, inputs, outputs, attributes, defaults, nodes, opsets);
  }

  private OnnxAttribute attribute() {
    return new AttributeReader(in, tensors, this::inner).read();
  }

  /// Reads the current field, which has been named, as a graph in another, or skips it if it lies too deep.
  private Optional<OnnxGraph> inner(String what) {
    if (depth == MOST_NESTED) {
      in.skipContent();
      return Optional.empty();
    }
    depth++;
    OnnxGraph graph = graph(what);
    depth--;
    return Optional.of(graph);
  }

  /// Reads the current field, which has been named.
  private OnnxGraph graph(String what) {
    String name = "";
    List<OnnxNode> nodes = new ArrayList<>();
    List<OnnxTensor> initializers = new ArrayList<>();
    List<OnnxValueInfo> inputs = new ArrayList<>();
    List<OnnxValueInfo> outputs = new ArrayList<>();
    List<OnnxValueInfo> values = new ArrayList<>();
    List<String> sparse = new ArrayList<>();
    in.open(what);
    while (in.next()) {
      switch (in.field()) {
        case 1 -> nodes.add(node(nodes.size()));
        case 2 -> name = in.single("name").text();
        case 5 -> {
          in.object("initializer");
          initializers.add(tensors.read("initializer " + initializers.size()));
        }
        case 11 -> inputs.add(valueInfo("input " + inputs.size()));
        case 12 -> outputs.add(valueInfo("output " + outputs.size()));
        case 13 -> values.add(valueInfo("value_info " + values.size()));
        case 15 -> sparse.add(sparse(sparse.size()));
        default -> in.skip();
      }
    }
    in.close();
    return new OnnxGraph(name, nodes, initializers, inputs, outputs, values, sparse);
  }

  /// {@return the name of a sparse initializer, which is that of the tensor of its values}
  private String sparse(int index) {
    String name = "";
    in.object("sparse_initializer").open("sparse_initializer " + index);
    while (in.next()) {
      if (in.field() == 1) {
        in.single("values");
        name = tensors.read("values").name();
      } else {
        in.skip();
      }
    }
    in.close();
    return name;
  }

  private OnnxNode node(int index) {
    String name = "";
    String opType = "";
    String domain = "";
    String overload = "";
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    List<OnnxAttribute> attributes = new ArrayList<>();
    in.object("node").open("node " + index);
    while (in.next()) {
      switch (in.field()) {
        case 1 -> inputs.add(in.entry("input").text());
        case 2 -> outputs.add(in.entry("output").text());
        case 3 -> name = in.single("name").text();
        case 4 -> opType = in.single("op_type").text();
        case 5 -> attributes.add(attribute());
        case 7 -> domain = in.single("domain").text();
        case 8 -> overload = in.single("overload").text();
        default -> in.skip();
      }
    }
    if (opType.isEmpty()) {
      throw in.damaged("expected an op_type, found none");
    }
    in.close();
    return new OnnxNode(name, opType, domain, overload, inputs, outputs, attributes);
  }

  private OnnxValueInfo valueInfo(String what) {
    String name = "";
    ValueType type = ValueType.UNDECLARED;
    in.object(what).open(what);
    while (in.next()) {
      switch (in.field()) {
        case 1 -> name = in.single("name").text();
        case 2 -> type = type("type", type, 0);
        default -> in.skip();
      }
    }
    in.close();
    return new OnnxValueInfo(name, type.kind(), type.elementType(), type.shape());
  }

  private record ValueType(
      OnnxValueInfo.Kind kind, int elementType, Optional<List<OnnxDimension>> shape) {
    private static final ValueType UNDECLARED =
        new ValueType(OnnxValueInfo.Kind.UNDECLARED, 0, Optional.empty());

    /// {@return a sequence or an optional of this}
    private ValueType in(OnnxValueInfo.Kind outer) {
      OnnxValueInfo.Kind known =
          switch (kind) {
            case UNDECLARED, TENSOR -> outer;
            case SEQUENCE ->
                outer == OnnxValueInfo.Kind.OPTIONAL
                    ? OnnxValueInfo.Kind.OPTIONAL_SEQUENCE
                    : OnnxValueInfo.Kind.NESTED;
            case SPARSE_TENSOR, NESTED, MAP, OPTIONAL, OPTIONAL_SEQUENCE, OPAQUE ->
                OnnxValueInfo.Kind.NESTED;
          };
      return new ValueType(known, elementType, shape);
    }
  }

  /// @param inside how many types this one is inside of
  private ValueType type(String what, ValueType undeclared, int inside) {
    ValueType type = undeclared;
    in.single(what).open(what);
    while (in.next()) {
      type =
          switch (in.field()) {
            case 1 -> tensorType("tensor_type", OnnxValueInfo.Kind.TENSOR);
            case 4 -> around("sequence_type", OnnxValueInfo.Kind.SEQUENCE, inside);
            case 5 -> other("map_type", OnnxValueInfo.Kind.MAP);
            case 7 -> other("opaque_type", OnnxValueInfo.Kind.OPAQUE);
            case 8 -> tensorType("sparse_tensor_type", OnnxValueInfo.Kind.SPARSE_TENSOR);
            case 9 -> around("optional_type", OnnxValueInfo.Kind.OPTIONAL, inside);
            default -> {
              in.skip();
              yield type;
            }
          };
    }
    in.close();
    return type;
  }

  private ValueType other(String what, OnnxValueInfo.Kind kind) {
    in.single(what).skipContent();
    return new ValueType(kind, 0, Optional.empty());
  }

  /// Reads a sequence's or an optional's type. What lies deeper in others than any that we have is skipped.
  private ValueType around(String what, OnnxValueInfo.Kind kind, int inside) {
    if (inside == MOST_TYPES) {
      return other(what, OnnxValueInfo.Kind.NESTED);
    }
    ValueType inner = ValueType.UNDECLARED;
    in.single(what).open(what);
    while (in.next()) {
      if (in.field() == 1) {
        inner = type("elem_type", inner, inside + 1);
      } else {
        in.skip();
      }
    }
    in.close();
    return inner.in(kind);
  }

  private ValueType tensorType(String what, OnnxValueInfo.Kind kind) {
    int elementType = 0;
    Optional<List<OnnxDimension>> shape = Optional.empty();
    in.single(what).open(what);
    while (in.next()) {
      switch (in.field()) {
        case 1 -> elementType = Math.clamp(in.single("elem_type").number(), -1, Integer.MAX_VALUE);
        case 2 -> shape = Optional.of(shape());
        default -> in.skip();
      }
    }
    in.close();
    return new ValueType(kind, elementType, shape);
  }

  private List<OnnxDimension> shape() {
    List<OnnxDimension> dims = new ArrayList<>();
    in.single("shape").open("shape");
    while (in.next()) {
      if (in.field() == 1) {
        dims.add(dimension("dim " + dims.size()));
      } else {
        in.skip();
      }
    }
    in.close();
    return dims;
  }

  private OnnxDimension dimension(String what) {
    OnnxDimension dim = new OnnxDimension.Unknown();
    in.entry(what).open(what);
    while (in.next()) {
      switch (in.field()) {
        case 1 -> dim = new OnnxDimension.Sized(in.single("dim_value").number());
        case 2 -> {
          String name = in.single("dim_param").text();
          dim = name.isEmpty() ? dim : new OnnxDimension.Named(name);
        }
        default -> in.skip();
      }
    }
    in.close();
    return dim;
  }
}
