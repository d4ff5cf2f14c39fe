package opml.formats.onnx.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import opml.core.codec.MalformedException;
import org.jspecify.annotations.Nullable;

/// Reads a model file. Field numbers are those of `onnx.proto`.
public final class OnnxReader {
  private static final long MAX_BYTES = 1L << 30;

  private final ProtobufReader in;
  private final TensorReader tensors;

  private OnnxReader(ProtobufReader in) {
    this.in = in;
    this.tensors = new TensorReader(in);
  }

  /// Reads a file of up to 1 GiB.
  ///
  /// @throws MalformedException if it is not a model that we can represent; names file, place and offset
  /// @throws IOException if the file cannot be read
  public static OnnxModel read(Path file) throws IOException {
    long size = Files.size(file);
    if (size > MAX_BYTES) {
      throw new MalformedException(file + ": " + size + " bytes, above the limit of " + MAX_BYTES);
    }
    return parse(file.toString(), Files.readAllBytes(file));
  }

  /// Reads the bytes of a model file; `source` names them in errors.
  ///
  /// @throws MalformedException as [#read]
  public static OnnxModel parse(String source, byte[] bytes) {
    return new OnnxReader(new ProtobufReader(source, "model", bytes)).model();
  }

  private OnnxModel model() {
    long irVersion = 0;
    String producer = "";
    List<OnnxOpset> opsets = new ArrayList<>();
    @Nullable OnnxGraph graph = null;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> irVersion = in.single().varint("irVersion");
        case 2 -> producer = in.single().text("producerName");
        case 7 -> graph = graph();
        case 8 -> opsets.add(opset());
        case 20, 25 -> throw in.malformed("training and functions are not supported");
        default -> in.skip();
      }
    }
    if (graph == null) {
      throw in.malformed("has no graph");
    }
    return new OnnxModel(irVersion, producer, opsets, graph);
  }

  private OnnxOpset opset() {
    String domain = "";
    long version = 0;
    in.entry().open("opset");
    while (in.next()) {
      switch (in.field()) {
        case 1 -> domain = in.single().text("domain");
        case 2 -> version = in.single().varint("version");
        default -> in.skip();
      }
    }
    in.close();
    return new OnnxOpset(domain, version);
  }

  private OnnxGraph graph() {
    String name = "";
    List<OnnxNode> nodes = new ArrayList<>();
    List<OnnxTensor> initializers = new ArrayList<>();
    List<OnnxValueInfo> inputs = new ArrayList<>();
    List<OnnxValueInfo> outputs = new ArrayList<>();
    in.single().open("graph");
    while (in.next()) {
      switch (in.field()) {
        case 1 -> nodes.add(node(nodes.size()));
        case 2 -> name = in.single().text("name");
        case 5 -> initializers.add(tensors.read("initializer " + initializers.size()));
        case 11 -> inputs.add(valueInfo("input " + inputs.size()));
        case 12 -> outputs.add(valueInfo("output " + outputs.size()));
        case 15 -> throw in.malformed("sparse initializers are not supported");
        default -> in.skip();
      }
    }
    in.close();
    return new OnnxGraph(name, nodes, initializers, inputs, outputs);
  }

  private OnnxNode node(int index) {
    String name = "";
    String opType = "";
    String domain = "";
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    List<OnnxAttribute> attributes = new ArrayList<>();
    in.entry().open("node " + index);
    while (in.next()) {
      switch (in.field()) {
        case 1 -> inputs.add(in.entry().text("input"));
        case 2 -> outputs.add(in.entry().text("output"));
        case 3 -> name = in.single().text("name");
        case 4 -> opType = in.single().text("opType");
        case 5 -> attributes.add(new AttributeReader(in, tensors).read());
        case 7 -> domain = in.single().text("domain");
        case 8 -> throw in.malformed("overloads belong to functions, which are not supported");
        default -> in.skip();
      }
    }
    in.close();
    if (opType.isEmpty()) {
      throw in.malformed("node " + index + " has no opType");
    }
    return new OnnxNode(name, opType, domain, inputs, outputs, attributes);
  }

  private OnnxValueInfo valueInfo(String what) {
    String name = "";
    int elementType = 0;
    Optional<List<OptionalLong>> dims = Optional.empty();
    in.entry().open(what);
    while (in.next()) {
      switch (in.field()) {
        case 1 -> name = in.single().text("name");
        case 2 -> {
          in.single().open("type");
          while (in.next()) {
            if (in.field() != 1) {
              in.skip();
              continue;
            }
            in.single().open("tensor type");
            while (in.next()) {
              switch (in.field()) {
                case 1 -> elementType = small(in.single().varint("element type"));
                case 2 -> dims = Optional.of(shape());
                default -> in.skip();
              }
            }
            in.close();
          }
          in.close();
        }
        default -> in.skip();
      }
    }
    in.close();
    return new OnnxValueInfo(name, elementType, dims);
  }

  private List<OptionalLong> shape() {
    List<OptionalLong> dims = new ArrayList<>();
    in.single().open("shape");
    while (in.next()) {
      if (in.field() != 1) {
        in.skip();
        continue;
      }
      OptionalLong dim = OptionalLong.empty();
      in.entry().open("dimension " + dims.size());
      while (in.next()) {
        if (in.field() == 1) {
          dim = OptionalLong.of(in.single().varint("size"));
        } else {
          in.skip();
        }
      }
      in.close();
      dims.add(dim);
    }
    in.close();
    return dims;
  }

  private int small(long value) {
    if (value < 0 || value > 1000) {
      throw in.malformed("no element type has the number " + value);
    }
    return (int) value;
  }
}
