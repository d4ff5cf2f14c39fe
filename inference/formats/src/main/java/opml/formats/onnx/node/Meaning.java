package opml.formats.onnx.node;

import java.util.List;

/// What a name in a model stands for: a tensor, a list of tensors, or nothing. An optional that has something in it is
/// that itself, so that only the empty one is a thing of its own; how long a list is, and whether an optional is empty,
/// is always known at import.
public sealed interface Meaning permits Value, ValueList, NoValue {
  /// {@return the tensors in it, in their order}
  List<Value> tensors();

  /// {@return whether all of it is known at import}
  default boolean isConstant() {
    return tensors().stream().allMatch(Value::isConstant);
  }

  /// {@return what it is, for people}
  String describe();
}
