package opml.kernels.bound;

import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/// A whole number that depends on a method's arguments, such as how often a loop turns.
///
/// Its text is in Polish notation: `+ s0 3` is the sum of argument 0 and 3, `*` a product, `/` a quotient rounded
/// towards 0, whose divisor counts as 1 where it is less, `^` the larger of two.
public sealed interface Formula {
  record Constant(long value) implements Formula {
    @Override
    public String toString() {
      return Long.toString(value);
    }
  }

  /// An argument of the method, by its place; of a kernel the place among its scalars.
  record Argument(int index) implements Formula {
    @Override
    public String toString() {
      return "s" + index;
    }
  }

  record Operation(Operator operator, Formula left, Formula right) implements Formula {
    @Override
    public String toString() {
      return operator.sign + " " + left + " " + right;
    }
  }

  /// What two formulas can be joined by. All saturate: absurd sizes make something huge and not something small.
  enum Operator {
    SUM('+') {
      @Override
      long apply(long left, long right) {
        long sum = left + right;
        return ((left ^ sum) & (right ^ sum)) < 0
            ? left < 0 ? Long.MIN_VALUE : Long.MAX_VALUE
            : sum;
      }
    },
    PRODUCT('*') {
      @Override
      long apply(long left, long right) {
        long product = left * right;
        return Math.multiplyHigh(left, right) == product >> 63
            ? product
            : (left ^ right) < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
      }
    },
    QUOTIENT('/') {
      @Override
      long apply(long left, long right) {
        return left / Math.max(right, 1);
      }
    },
    MAXIMUM('^') {
      @Override
      long apply(long left, long right) {
        return Math.max(left, right);
      }
    };

    private final char sign;

    Operator(char sign) {
      this.sign = sign;
    }

    abstract long apply(long left, long right);
  }

  static Formula constant(long value) {
    return new Constant(value);
  }

  default Formula plus(Formula other) {
    return joined(Operator.SUM, other);
  }

  default Formula times(Formula other) {
    return joined(Operator.PRODUCT, other);
  }

  /// {@return the quotient, rounded towards 0}
  default Formula dividedBy(Formula divisor) {
    return joined(Operator.QUOTIENT, divisor);
  }

  /// {@return the larger one}
  default Formula max(Formula other) {
    return joined(Operator.MAXIMUM, other);
  }

  private Formula joined(Operator operator, Formula other) {
    if (this instanceof Constant(long left) && other instanceof Constant(long right)) {
      return constant(operator.apply(left, right));
    }
    if (operator != Operator.QUOTIENT && this instanceof Constant) {
      return other.joined(operator, this);
    }
    boolean changesNothing =
        switch (operator) {
          case SUM -> other.equals(constant(0));
          case PRODUCT, QUOTIENT -> other.equals(constant(1));
          case MAXIMUM -> other.equals(this);
        };
    if (changesNothing) {
      return this;
    }
    if (operator == Operator.SUM
        && other instanceof Constant
        && this instanceof Operation(Operator inner, Formula left, Constant right)
        && inner == Operator.SUM) {
      return left.plus(right.plus(other));
    }
    return new Operation(operator, this, other);
  }

  /// {@return the value for these arguments}
  default long value(long[] arguments) {
    return switch (this) {
      case Constant(long value) -> value;
      case Argument(int index) -> arguments[index];
      case Operation(Operator operator, Formula left, Formula right) ->
          operator.apply(left.value(arguments), right.value(arguments));
    };
  }

  /// {@return the formula with others in place of its arguments; nothing where one of them is not known}
  default Optional<Formula> with(IntFunction<Optional<Formula>> arguments) {
    return switch (this) {
      case Constant _ -> Optional.of(this);
      case Argument(int index) -> arguments.apply(index);
      case Operation(Operator operator, Formula left, Formula right) ->
          left.with(arguments).flatMap(l -> right.with(arguments).map(r -> l.joined(operator, r)));
    };
  }

  /// {@return the formula that a text says}
  ///
  /// @throws IllegalArgumentException if it says none
  static Formula parse(String text) {
    List<String> words = List.of(text.split(" ", -1));
    Reader reader = new Reader(words);
    Formula formula = reader.next();
    if (reader.at != words.size()) {
      throw new IllegalArgumentException("more than one formula: " + text);
    }
    return formula;
  }

  /// Reads words one by one.
  final class Reader {
    private final List<String> words;
    private int at;

    private Reader(List<String> words) {
      this.words = words;
    }

    private Formula next() {
      if (at == words.size()) {
        throw new IllegalArgumentException("half a formula: " + String.join(" ", words));
      }
      String word = words.get(at++);
      for (Operator operator : Operator.values()) {
        if (word.equals(String.valueOf(operator.sign))) {
          Formula left = next();
          return new Operation(operator, left, next());
        }
      }
      if (word.matches("s[0-9]{1,3}")) {
        return new Argument(Integer.parseInt(word.substring(1)));
      }
      if (word.matches("-?[0-9]{1,18}")) {
        return constant(Long.parseLong(word));
      }
      throw new IllegalArgumentException("'%s' is no part of a formula".formatted(word));
    }
  }
}
