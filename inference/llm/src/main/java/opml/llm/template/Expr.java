package opml.llm.template;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An expression of a template.
sealed interface Expr {
  record Literal(Datum value) implements Expr {}

  record Name(String name) implements Expr {}

  record ListOf(List<Expr> items, boolean isTuple) implements Expr {}

  record MapOf(List<Expr> keys, List<Expr> values) implements Expr {}

  record Attribute(Expr of, String name) implements Expr {}

  record Item(Expr of, Expr key) implements Expr {}

  record Slice(Expr of, Optional<Expr> from, Optional<Expr> to, Optional<Expr> step)
      implements Expr {}

  record Call(Expr callee, Given given) implements Expr {}

  /// @param of absent for the text of a block
  record Filter(Optional<Expr> of, String name, Given given) implements Expr {}

  record Check(Expr of, String name, Given given) implements Expr {}

  record Negative(Expr of) implements Expr {}

  record Positive(Expr of) implements Expr {}

  record Not(Expr of) implements Expr {}

  record Binary(Operator operator, Expr left, Expr right) implements Expr {}

  record Concatenation(List<Expr> parts) implements Expr {}

  record And(Expr left, Expr right) implements Expr {}

  record Or(Expr left, Expr right) implements Expr {}

  /// A chain such as `a < b < c`.
  record Comparison(Expr first, List<Compared> others) implements Expr {}

  record Condition(Expr test, Expr then, Optional<Expr> otherwise) implements Expr {}

  record Compared(Relation relation, Expr with) {}

  record Given(List<Expr> positional, Map<String, Expr> named) {
    static final Given NOTHING = new Given(List.of(), Map.of());
  }

  enum Operator {
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    FLOOR_DIVIDE,
    MODULO,
    POWER
  }

  enum Relation {
    EQUAL,
    UNEQUAL,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    IN,
    NOT_IN
  }
}
