package opml.formats.onnx.file;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads a `SequenceProto` or an `OptionalProto`, of tensors, as data sets beside models have them.
final class ListReader {
  private static final int UNDEFINED = 0;
  private static final int TENSOR = 1;
  private static final int SEQUENCE = 3;

  private final ProtobufReader in;
  private final TensorReader tensors;

  ListReader(ProtobufReader in, TensorReader tensors) {
    this.in = in;
    this.tensors = tensors;
  }

  /// {@return the tensors of a sequence, which is all that is open}
  List<OnnxTensor> sequence() {
    List<OnnxTensor> values = new ArrayList<>();
    while (in.next()) {
      switch (in.field()) {
        case 2 -> requireKind(in.single("elem_type").number(), TENSOR);
        case 3 -> {
          in.object("tensor_values");
          values.add(tensors.read("tensor_values " + values.size()));
        }
        default -> in.skip();
      }
    }
    return values;
  }

  /// {@return what an optional has, which is all that is open, if it has something}
  Optional<List<OnnxTensor>> optional() {
    Optional<List<OnnxTensor>> value = Optional.empty();
    while (in.next()) {
      switch (in.field()) {
        case 2 -> requireKind(in.single("elem_type").number(), UNDEFINED, TENSOR, SEQUENCE);
        case 3 -> {
          in.single("tensor_value");
          value = Optional.of(List.of(tensors.read("tensor_value")));
        }
        case 5 -> {
          in.single("sequence_value").open("sequence_value");
          value = Optional.of(sequence());
          in.close();
        }
        default -> in.skip();
      }
    }
    return value;
  }

  private void requireKind(long found, long... expected) {
    for (long one : expected) {
      if (found == one) {
        return;
      }
    }
    throw in.damaged("expected elem_type 1 (tensor) or 3 (sequence), found " + found);
  }
}
