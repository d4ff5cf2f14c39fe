package opml.compiler.frontend;

import java.lang.classfile.TypeKind;
import java.lang.foreign.MemorySegment;
import java.util.List;
import opml.compiler.ir.NodeOp;

/// What a local variable or an entry of the operand stack is in kernel Java: a [Kind], a [Struct] of them, or what
/// stands for something that has no value in the machine.
sealed interface Type {
  /// {@return the kinds of the values that make it up in the machine}
  List<Kind> leaves();

  /// {@return whether it fills two local variables}
  default boolean isWide() {
    return false;
  }

  /// A value of its own.
  enum Kind implements Type {
    INT,
    LONG,
    FLOAT,
    SEGMENT;

    private static final String SEGMENT_DESCRIPTOR = MemorySegment.class.descriptorString();

    /// {@return whether values are sign-extended 32-bit values}
    boolean isNarrow() {
      return this == INT || this == FLOAT;
    }

    @Override
    public boolean isWide() {
      return this == LONG;
    }

    @Override
    public List<Kind> leaves() {
      return List.of(this);
    }

    /// {@return the kind of a number}
    static Kind of(TypeKind number) {
      return switch (number.asLoadable()) {
        case INT -> INT;
        case LONG -> LONG;
        case FLOAT -> FLOAT;
        default -> throw new IllegalArgumentException("no number of kernel Java: " + number);
      };
    }

    /// {@return whether a descriptor is that of a segment}
    static boolean isSegment(String descriptor) {
      return descriptor.equals(SEGMENT_DESCRIPTOR);
    }
  }

  /// A record of kinds. No object of it exists in the machine: its components are values of their own.
  ///
  /// @param name of its class, in internal form
  /// @param components in their order
  record Struct(String name, List<Component> components) implements Type {
    /// A component, by its name.
    record Component(String name, Kind kind) {}

    public Struct {
      components = List.copyOf(components);
    }

    @Override
    public List<Kind> leaves() {
      return components.stream().map(Component::kind).toList();
    }

    /// {@return the place of a component, or -1}
    int indexOf(String component) {
      for (int i = 0; i < components.size(); i++) {
        if (components.get(i).name.equals(component)) {
          return i;
        }
      }
      return -1;
    }
  }

  /// A record between `new` and its constructor.
  record Unborn(Struct struct) implements Type {
    @Override
    public List<Kind> leaves() {
      return List.of();
    }
  }

  /// A table of constants, of which only elements can be read.
  ///
  /// @param kind of an element
  /// @param element how the machine loads one
  /// @param bytes of an element
  /// @param address of the first
  record Table(Kind kind, NodeOp element, int bytes, int address) implements Type {
    @Override
    public List<Kind> leaves() {
      return List.of();
    }
  }
}
