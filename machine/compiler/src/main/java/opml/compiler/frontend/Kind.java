package opml.compiler.frontend;

import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The types of kernel Java as the operand stack sees them.
enum Kind {
  INT,
  LONG,
  FLOAT,
  SEGMENT;

  private static final String SEGMENT_DESCRIPTOR = "Ljava/lang/foreign/MemorySegment;";

  /// {@return whether values are sign-extended 32-bit values}
  boolean isNarrow() {
    return this == INT || this == FLOAT;
  }

  /// {@return whether it fills two local variables}
  boolean isWide() {
    return this == LONG;
  }

  /// {@return the kind of a declared type, or null if kernel Java has none}
  static @Nullable Kind of(ClassDesc type) {
    return switch (TypeKind.from(type)) {
      case BOOLEAN, BYTE, CHAR, SHORT, INT -> INT;
      case LONG -> LONG;
      case FLOAT -> FLOAT;
      case REFERENCE -> type.descriptorString().equals(SEGMENT_DESCRIPTOR) ? SEGMENT : null;
      case DOUBLE, VOID -> null;
    };
  }

  /// {@return the parameters' kinds, or null if one has none}
  static @Nullable List<Kind> parametersOf(MethodTypeDesc type) {
    List<Kind> kinds = new ArrayList<>();
    for (ClassDesc parameter : type.parameterList()) {
      Kind kind = of(parameter);
      if (kind == null) {
        return null;
      }
      kinds.add(kind);
    }
    return kinds;
  }
}
