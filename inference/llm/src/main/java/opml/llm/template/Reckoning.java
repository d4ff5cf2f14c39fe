package opml.llm.template;

import java.util.ArrayList;
import java.util.List;

/// What operators make of values: sums of numbers, of texts and of lists, repetitions, and parts of texts and lists.
final class Reckoning {
  private final Spending spending;

  Reckoning(Spending spending) {
    this.spending = spending;
  }

  Datum apply(Expr.Operator operator, Datum left, Datum right) {
    Pythonic.requireThere(left);
    Pythonic.requireThere(right);
    try {
      if (Pythonic.isNumber(left) && Pythonic.isNumber(right)) {
        return Pythonic.isReal(left) || Pythonic.isReal(right) || operator == Expr.Operator.DIVIDE
            ? new Datum.Real(apply(operator, Pythonic.real(left), Pythonic.real(right)))
            : apply(operator, Pythonic.whole(left), Pythonic.whole(right));
      }
    } catch (ArithmeticException e) {
      throw new TemplateException("a number of more than 64 bits, or a division by zero");
    }
    if (operator == Expr.Operator.ADD) {
      return joined(left, right);
    }
    if (operator == Expr.Operator.MULTIPLY && right instanceof Datum.Whole(long times)) {
      return repeated(left, times);
    }
    if (operator == Expr.Operator.MULTIPLY && left instanceof Datum.Whole(long times)) {
      return repeated(right, times);
    }
    throw new TemplateException(
        "'%s' and '%s' have no such operator".formatted(Pythonic.type(left), Pythonic.type(right)));
  }

  private Datum apply(Expr.Operator operator, long left, long right) {
    return switch (operator) {
      case ADD -> Datum.of(Math.addExact(left, right));
      case SUBTRACT -> Datum.of(Math.subtractExact(left, right));
      case MULTIPLY -> Datum.of(Math.multiplyExact(left, right));
      case DIVIDE -> throw new AssertionError("a division is of real numbers");
      case FLOOR_DIVIDE -> Datum.of(Math.floorDivExact(left, right));
      case MODULO -> Datum.of(Math.floorMod(left, right));
      case POWER -> right < 0 ? new Datum.Real(1 / real(left, -right)) : power(left, right);
    };
  }

  private Datum power(long base, long exponent) {
    long power = 1;
    for (long i = 0; i < exponent; i++) {
      spending.step();
      power = Math.multiplyExact(power, base);
      if (base >= 0 && base <= 1) {
        break;
      }
    }
    return Datum.of(power);
  }

  private static double real(long base, long exponent) {
    return StrictMath.pow((double) base, (double) exponent);
  }

  private static double apply(Expr.Operator operator, double left, double right) {
    boolean divides =
        operator == Expr.Operator.DIVIDE
            || operator == Expr.Operator.FLOOR_DIVIDE
            || operator == Expr.Operator.MODULO;
    if (divides && right == 0) {
      throw new ArithmeticException("division by zero");
    }
    return switch (operator) {
      case ADD -> left + right;
      case SUBTRACT -> left - right;
      case MULTIPLY -> left * right;
      case DIVIDE -> left / right;
      case FLOOR_DIVIDE -> StrictMath.floor(left / right);
      case MODULO -> left - right * StrictMath.floor(left / right);
      case POWER -> StrictMath.pow(left, right);
    };
  }

  private Datum joined(Datum left, Datum right) {
    if (left instanceof Datum.Text(String text) && right instanceof Datum.Text(String more)) {
      spending.making((long) text.length() + more.length());
      return Datum.of(text + more);
    }
    if (left instanceof Datum.Items items
        && right instanceof Datum.Items more
        && items.isTuple() == more.isTuple()) {
      spending.steps((long) items.items().size() + more.items().size());
      List<Datum> all = new ArrayList<>(items.items());
      all.addAll(more.items());
      return new Datum.Items(all, items.isTuple());
    }
    throw new TemplateException(
        "'%s' and '%s' are not added".formatted(Pythonic.type(left), Pythonic.type(right)));
  }

  private Datum repeated(Datum of, long times) {
    long count = Math.max(0, times);
    if (of instanceof Datum.Text(String text)) {
      // A product of two longs may be more than one.
      spending.making(count > Integer.MAX_VALUE ? count : count * text.length());
      return Datum.of(text.repeat((int) count));
    }
    if (of instanceof Datum.Items items) {
      spending.steps(count > Integer.MAX_VALUE ? count : count * items.items().size() + count);
      List<Datum> all = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        all.addAll(items.items());
      }
      return new Datum.Items(all, items.isTuple());
    }
    throw new TemplateException("'%s' is not repeated".formatted(Pythonic.type(of)));
  }

  /// {@return what stands in a text, a list or a map at a place; what is missing if nothing does}
  Datum item(Datum of, Datum key) {
    Pythonic.requireThere(of);
    if (of instanceof Datum.Entries(var entries) && key instanceof Datum.Text(String name)) {
      Datum found = entries.get(name);
      return found == null ? new Datum.Missing(name) : found;
    }
    if (key instanceof Datum.Whole(long index)) {
      if (of instanceof Datum.Items items) {
        long at = index < 0 ? index + items.items().size() : index;
        return at < 0 || at >= items.items().size()
            ? new Datum.Missing("item " + index)
            : items.items().get((int) at);
      }
      if (of instanceof Datum.Text(String text)) {
        spending.reading(text.length());
        int length = text.codePointCount(0, text.length());
        long at = index < 0 ? index + length : index;
        if (at < 0 || at >= length) {
          return new Datum.Missing("character " + index);
        }
        return Datum.of(Character.toString(text.codePointAt(text.offsetByCodePoints(0, (int) at))));
      }
    }
    return new Datum.Missing(key instanceof Datum.Text(String name) ? name : "item");
  }

  /// {@return a part of a text or a list, by Python's rules for slices}
  Datum slice(Datum of, Datum from, Datum to, Datum by) {
    Pythonic.requireThere(of);
    long step = by instanceof Datum.Nothing ? 1 : Pythonic.whole(by);
    if (step == 0) {
      throw new TemplateException("a slice by steps of zero");
    }
    if (of instanceof Datum.Text(String text)) {
      spending.making(2L * text.length());
      int[] points = text.codePoints().toArray();
      StringBuilder part = new StringBuilder();
      for (int i : places(points.length, from, to, step)) {
        part.appendCodePoint(points[i]);
      }
      return Datum.of(part.toString());
    }
    if (of instanceof Datum.Items items) {
      List<Datum> part = new ArrayList<>();
      for (int i : places(items.items().size(), from, to, step)) {
        part.add(items.items().get(i));
      }
      return new Datum.Items(part, items.isTuple());
    }
    throw new TemplateException("'%s' has no slices".formatted(Pythonic.type(of)));
  }

  private int[] places(int length, Datum from, Datum to, long step) {
    spending.steps(length);
    long low = step > 0 ? 0 : -1;
    long high = step > 0 ? length : length - 1L;
    long first = bound(from, step > 0 ? low : high, length, low, high);
    long last = bound(to, step > 0 ? high : low, length, low, high);
    long count = step > 0 ? last - first : first - last;
    long stride = Math.min(Math.abs(step), Math.max(1, length));
    int[] places = new int[(int) Math.max(0, (count + stride - 1) / stride)];
    for (int i = 0; i < places.length; i++) {
      places[i] = (int) (first + (step > 0 ? i * stride : -i * stride));
    }
    return places;
  }

  private static long bound(Datum said, long otherwise, int length, long low, long high) {
    if (said instanceof Datum.Nothing) {
      return otherwise;
    }
    long bound = Pythonic.whole(said);
    return Math.clamp(bound < 0 ? bound + length : bound, low, high);
  }
}
