package opml.formats.strings;

import opml.engine.tensor.Tensor;

/// A tensor of numbers beside others of strings.
public record NumberTensor(Tensor tensor) implements ModelValue {
  @Override
  public String describe() {
    return tensor.type().label() + " " + tensor.shape();
  }
}
