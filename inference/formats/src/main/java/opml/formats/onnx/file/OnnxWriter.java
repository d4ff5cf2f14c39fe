package opml.formats.onnx.file;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import opml.engine.tensor.Tensor;
import opml.formats.strings.StringTensor;

/// Writes a model file: fields in the order of their numbers, tensors as raw data, integers packed. The same
/// model gives the same bytes.
public final class OnnxWriter {
  private interface Body {
    void write(CodedOutputStream out) throws IOException;
  }

  private OnnxWriter() {}

  /// {@return the bytes of the model file}
  ///
  /// @throws IllegalArgumentException if the model has what our reader skips
  public static byte[] write(OnnxModel model) {
    if (!model.functions().isEmpty()) {
      throw skipped("function " + model.functions().getFirst().name());
    }
    return bytes(
        out -> {
          out.writeInt64(1, model.irVersion());
          text(out, 2, model.producerName());
          message(out, 7, graph(model.graph()));
          for (OnnxOpset opset : model.opsets()) {
            message(
                out,
                8,
                o -> {
                  text(o, 1, opset.domain());
                  o.writeInt64(2, opset.version());
                });
          }
        });
  }

  /// {@return bytes that, written behind those of a model file, make values outputs of the model, too}: of a message
  /// that is there twice, a reader of Protocol Buffers puts the lists behind each other. So a file of any size becomes
  /// another model without being understood. Our reader refuses it, since it could mean two things.
  ///
  /// @param names of values that are no outputs yet
  public static byte[] outputsBehind(List<String> names) {
    return bytes(
        out ->
            message(
                out,
                7,
                graph -> {
                  for (String name : names) {
                    message(graph, 12, info -> info.writeString(1, name));
                  }
                }));
  }

  private static Body graph(OnnxGraph graph) {
    return out -> {
      for (OnnxNode node : graph.nodes()) {
        message(out, 1, node(node));
      }
      text(out, 2, graph.name());
      for (OnnxTensor tensor : graph.initializers()) {
        message(out, 5, tensor(tensor));
      }
      for (OnnxValueInfo input : graph.inputs()) {
        message(out, 11, valueInfo(input));
      }
      for (OnnxValueInfo output : graph.outputs()) {
        message(out, 12, valueInfo(output));
      }
      for (OnnxValueInfo value : graph.values()) {
        message(out, 13, valueInfo(value));
      }
      if (!graph.sparseInitializers().isEmpty()) {
        throw skipped("sparse initializer " + graph.sparseInitializers().getFirst());
      }
    };
  }

  private static Body node(OnnxNode node) {
    return out -> {
      for (String input : node.inputs()) {
        out.writeString(1, input);
      }
      for (String output : node.outputs()) {
        out.writeString(2, output);
      }
      text(out, 3, node.name());
      out.writeString(4, node.opType());
      for (OnnxAttribute attribute : node.attributes()) {
        message(out, 5, attribute(attribute));
      }
      text(out, 7, node.domain());
      text(out, 8, node.overload());
    };
  }

  private static Body attribute(OnnxAttribute attribute) {
    return out -> {
      out.writeString(1, attribute.name());
      long type =
          switch (attribute) {
            case OnnxAttribute.FloatValue a -> {
              out.writeFloat(2, a.value());
              yield 1;
            }
            case OnnxAttribute.IntValue a -> {
              out.writeInt64(3, a.value());
              yield 2;
            }
            case OnnxAttribute.Text a -> {
              out.writeString(4, a.value());
              yield 3;
            }
            case OnnxAttribute.TensorValue a -> {
              message(out, 5, tensor(a.tensor()));
              yield 4;
            }
            case OnnxAttribute.Floats a -> {
              out.writeByteArray(7, bytes(o -> writeFloats(o, a.values())));
              yield 6;
            }
            case OnnxAttribute.Ints a -> {
              out.writeByteArray(8, bytes(o -> writeLongs(o, a.values())));
              yield 7;
            }
            case OnnxAttribute.Texts a -> {
              for (String value : a.values()) {
                out.writeString(9, value);
              }
              yield 8;
            }
            case OnnxAttribute.GraphValue a -> {
              message(out, 6, graph(a.graph()));
              yield 5;
            }
            case OnnxAttribute.Reference a -> {
              out.writeString(21, a.attribute());
              yield 0;
            }
            case OnnxAttribute.Unsupported a -> throw skipped("attribute " + a.name());
          };
      out.writeInt64(20, type);
    };
  }

  /// {@return the bytes of a file that is one `TensorProto`}
  public static byte[] write(OnnxTensor tensor) {
    return bytes(tensor(tensor));
  }

  private static Body tensor(OnnxTensor tensor) {
    return tensor.hasStrings()
        ? strings(tensor.name(), tensor.strings())
        : tensor(tensor.name(), tensor.value());
  }

  private static Body strings(String name, StringTensor tensor) {
    return out -> {
      List<Long> dims = tensor.shape().dims().stream().map(Integer::longValue).toList();
      if (!dims.isEmpty()) {
        out.writeByteArray(1, bytes(o -> writeLongs(o, dims)));
      }
      out.writeInt64(2, OnnxType.STRING.code());
      for (String value : tensor.values()) {
        out.writeString(6, value);
      }
      text(out, 8, name);
    };
  }

  private static Body tensor(String name, Tensor tensor) {
    return out -> {
      List<Long> dims = tensor.shape().dims().stream().map(Integer::longValue).toList();
      if (!dims.isEmpty()) {
        out.writeByteArray(1, bytes(o -> writeLongs(o, dims)));
      }
      out.writeInt64(2, OnnxType.of(tensor.type()).code());
      text(out, 8, name);
      out.writeByteArray(9, tensor.bytes());
    };
  }

  private static Body valueInfo(OnnxValueInfo info) {
    return out -> {
      out.writeString(1, info.name());
      switch (info.kind()) {
        case TENSOR -> message(out, 2, tensor(info));
        case SEQUENCE -> message(out, 2, within(4, tensor(info)));
        case OPTIONAL -> message(out, 2, within(9, tensor(info)));
        case OPTIONAL_SEQUENCE -> message(out, 2, within(9, within(4, tensor(info))));
        case UNDECLARED -> {}
        case SPARSE_TENSOR, NESTED, MAP, OPAQUE -> throw skipped("the type of " + info.name());
      }
    };
  }

  private static Body tensor(OnnxValueInfo info) {
    return type -> message(type, 1, tensorType(info));
  }

  /// {@return the type of what is made of one kind of values, whose type is the only thing that it says}
  private static Body within(int field, Body inner) {
    return type -> message(type, field, around -> message(around, 1, inner));
  }

  private static Body tensorType(OnnxValueInfo info) {
    return out -> {
      out.writeInt64(1, info.elementType());
      if (info.shape().isPresent()) {
        List<OnnxDimension> dims = info.shape().get();
        message(
            out,
            2,
            shape -> {
              for (OnnxDimension dim : dims) {
                message(shape, 1, d -> writeDimension(d, dim));
              }
            });
      }
    };
  }

  private static void writeDimension(CodedOutputStream out, OnnxDimension dim) throws IOException {
    switch (dim) {
      case OnnxDimension.Sized sized -> out.writeInt64(1, sized.size());
      case OnnxDimension.Named named -> out.writeString(2, named.name());
      case OnnxDimension.Unknown _ -> {}
    }
  }

  private static IllegalArgumentException skipped(String what) {
    return new IllegalArgumentException(what + " was skipped when it was read");
  }

  private static void writeLongs(CodedOutputStream out, List<Long> values) throws IOException {
    for (long value : values) {
      out.writeInt64NoTag(value);
    }
  }

  private static void writeFloats(CodedOutputStream out, List<Float> values) throws IOException {
    for (float value : values) {
      out.writeFloatNoTag(value);
    }
  }

  /// Writes a text unless it is empty, which is what its absence means.
  private static void text(CodedOutputStream out, int field, String value) throws IOException {
    if (!value.isEmpty()) {
      out.writeString(field, value);
    }
  }

  private static void message(CodedOutputStream out, int field, Body body) throws IOException {
    out.writeByteArray(field, bytes(body));
  }

  private static byte[] bytes(Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      body.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }
}
