package opml.formats.onnx.node;

import java.util.List;

/// An optional with nothing in it.
public record NoValue() implements Meaning {
  @Override
  public List<Value> tensors() {
    return List.of();
  }

  @Override
  public String describe() {
    return "an empty optional";
  }
}
