package opml.engine.graph;

import java.util.Optional;
import opml.core.merkle.MerkleRoot;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;

/// A place for one tensor.
///
/// @param name for people; it is no part of the model's identity
/// @param initial what the slot holds before the first node; absent means zeros
public record Slot(String name, ElementType type, Shape shape, Optional<Tensor> initial) {
  /// Half of the largest memory of a node. Larger tensors are split where models are imported (`spec/graph.md`).
  public static final long MAX_BYTES = 1L << 29;

  public Slot {
    long bytes = Tensor.byteSize(type, shape);
    if (bytes < 1 || bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "slot "
              + name
              + ": "
              + type.label()
              + " "
              + shape
              + " has "
              + bytes
              + " bytes, not 1 to "
              + MAX_BYTES);
    }
    initial.ifPresent(
        tensor -> {
          if (tensor.type() != type || !tensor.shape().equals(shape)) {
            throw new IllegalArgumentException(
                "slot "
                    + name
                    + ": initial value is "
                    + tensor.type().label()
                    + " "
                    + tensor.shape());
          }
        });
  }

  public long bytes() {
    return Tensor.byteSize(type, shape);
  }

  /// {@return the least depth of a tree that holds the bytes}
  public int depth() {
    return MerkleRoot.depthFor(bytes());
  }
}
