package opml.formats.onnx.node;

import java.util.List;

/// A sequence of tensors, which may have different shapes. There is none of it in a graph, but for its tensors.
public record ValueList(List<Value> tensors) implements Meaning {
  public ValueList {
    tensors = List.copyOf(tensors);
  }

  /// {@return `a sequence of 3 tensors`}
  @Override
  public String describe() {
    return "a sequence of %d tensor%s".formatted(tensors.size(), tensors.size() == 1 ? "" : "s");
  }
}
