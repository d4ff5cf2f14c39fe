package opml.formats.onnx.file;

import java.util.OptionalLong;
import opml.core.codec.Names;

/// One dimension of a declared shape.
public sealed interface OnnxDimension {
  /// @param size as declared, which may be nonsense such as -1
  record Sized(long size) implements OnnxDimension {}

  /// A size that the model's user chooses; equal names are equal sizes.
  record Named(String name) implements OnnxDimension {}

  /// There is a dimension, and nothing is said about it.
  record Unknown() implements OnnxDimension {}

  /// {@return the size, if it is a number}
  default OptionalLong known() {
    return this instanceof Sized sized ? OptionalLong.of(sized.size()) : OptionalLong.empty();
  }

  /// {@return `3`, `batch` or `?`}
  default String label() {
    return switch (this) {
      case Sized sized -> Long.toString(sized.size());
      case Named named -> Names.shown(named.name());
      case Unknown _ -> "?";
    };
  }
}
