package opml.formats.onnx.file;

import java.util.Arrays;
import java.util.List;
import opml.engine.tensor.Tensor;

/// A named constant of a node.
public sealed interface OnnxAttribute {
  String name();

  record FloatValue(String name, float value) implements OnnxAttribute {}

  record IntValue(String name, long value) implements OnnxAttribute {}

  record Text(String name, String value) implements OnnxAttribute {}

  /// @param tensor whose data are read when they are asked for
  record TensorValue(String name, OnnxTensor tensor) implements OnnxAttribute {
    public TensorValue(String name, Tensor value) {
      this(name, new OnnxTensor("", value));
    }

    /// {@return the data, read now as [OnnxTensor#value] does}
    public Tensor value() {
      return tensor.value();
    }
  }

  record Floats(String name, List<Float> values) implements OnnxAttribute {
    public Floats {
      values = List.copyOf(values);
    }
  }

  record Ints(String name, List<Long> values) implements OnnxAttribute {
    public Ints {
      values = List.copyOf(values);
    }

    public static Ints of(String name, long... values) {
      return new Ints(name, Arrays.stream(values).boxed().toList());
    }
  }

  record Texts(String name, List<String> values) implements OnnxAttribute {
    public Texts {
      values = List.copyOf(values);
    }
  }

  /// An attribute that no supported operator has, such as a sub-graph; its content was skipped.
  ///
  /// @param kind what it is, in ONNX's words: `graph`, `sparse_tensor`, `type_proto`, …
  record Unsupported(String name, String kind) implements OnnxAttribute {}
}
