package opml.kernels.catalog;

import java.util.Arrays;
import java.util.Optional;

/// A scalar argument of a kernel. In the ABI each is 64 bits: an int sign-extended, a long, or a float's 32 bits
/// sign-extended.
public record Scalar(String name, Type type) {
  /// What the kernel's method takes.
  public enum Type {
    INT(int.class),
    LONG(long.class),
    FLOAT(float.class);

    private final Class<?> primitive;

    Type(Class<?> primitive) {
      this.primitive = primitive;
    }

    static Optional<Type> of(Class<?> primitive) {
      return Arrays.stream(values()).filter(type -> type.primitive == primitive).findFirst();
    }
  }
}
