package opml.kernels.bound;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import opml.kernels.bound.Formula.Operator;

/// The most instructions that a piece of a program executes: a sum of products, each a number of instructions times the
/// turns of the loops around them. A count of turns below 0 counts as 0.
///
/// Where control takes one of two paths, every product counts as often as on the path where it counts more.
///
/// Its text has a product a `;`: `12;7@s0;3@s0,+ s1 1` is 12 + 7·s0 + 3·s0·(s1 + 1).
public final class StepBound {
  public static final StepBound ZERO = new StepBound(new TreeMap<>(Product.ORDER));

  private record Product(List<Formula> turns) {
    static final Comparator<Product> ORDER =
        Comparator.comparingInt((Product product) -> product.turns.size())
            .thenComparing(Product::toString);

    Product {
      turns = turns.stream().sorted(Comparator.comparing(Formula::toString)).toList();
    }

    Product times(Formula more) {
      List<Formula> all = new ArrayList<>(turns);
      all.add(more);
      return new Product(all);
    }

    @Override
    public String toString() {
      return turns.stream().map(Formula::toString).collect(Collectors.joining(","));
    }
  }

  private final SortedMap<Product, Long> products;

  private StepBound(SortedMap<Product, Long> products) {
    this.products = products;
  }

  /// {@return so many instructions}
  public static StepBound of(long instructions) {
    return ZERO.plus(new Product(List.of()), instructions);
  }

  private StepBound plus(Product product, long count) {
    SortedMap<Product, Long> sum = new TreeMap<>(products);
    if (count > 0) {
      sum.merge(product, count, Operator.SUM::apply);
    }
    return new StepBound(sum);
  }

  /// {@return the instructions of one after the other}
  public StepBound plus(StepBound other) {
    StepBound sum = this;
    for (Map.Entry<Product, Long> entry : other.products.entrySet()) {
      sum = sum.plus(entry.getKey(), entry.getValue());
    }
    return sum;
  }

  /// {@return what neither exceeds}
  public StepBound max(StepBound other) {
    SortedMap<Product, Long> most = new TreeMap<>(products);
    other.products.forEach((product, count) -> most.merge(product, count, Math::max));
    return new StepBound(most);
  }

  /// {@return the instructions of so many turns}
  public StepBound times(Formula turns) {
    StepBound all = ZERO;
    for (Map.Entry<Product, Long> entry : products.entrySet()) {
      all =
          turns instanceof Formula.Constant(long n)
              ? all.plus(entry.getKey(), Operator.PRODUCT.apply(entry.getValue(), Math.max(n, 0)))
              : all.plus(entry.getKey().times(turns), entry.getValue());
    }
    return all;
  }

  /// {@return the bound with formulas in place of a method's arguments; nothing where one that counts is not known}
  public Optional<StepBound> with(IntFunction<Optional<Formula>> arguments) {
    StepBound all = ZERO;
    for (Map.Entry<Product, Long> entry : products.entrySet()) {
      StepBound product = of(entry.getValue());
      for (Formula turn : entry.getKey().turns()) {
        Optional<Formula> known = turn.with(arguments);
        if (known.isEmpty()) {
          return Optional.empty();
        }
        product = product.times(known.get());
      }
      all = all.plus(product);
    }
    return Optional.of(all);
  }

  /// {@return the instructions if every loop turned once}
  public long weight() {
    return products.values().stream().reduce(0L, Operator.SUM::apply);
  }

  /// {@return the instructions for these arguments; `Long.MAX_VALUE` where they do not fit}
  public long instructions(long[] arguments) {
    long sum = 0;
    for (Map.Entry<Product, Long> entry : products.entrySet()) {
      long product = entry.getValue();
      for (Formula turn : entry.getKey().turns()) {
        product = Operator.PRODUCT.apply(product, Math.max(turn.value(arguments), 0));
      }
      sum = Operator.SUM.apply(sum, product);
    }
    return sum;
  }

  /// {@return the bound that a text says}
  ///
  /// @throws IllegalArgumentException if it says none
  public static StepBound parse(String text) {
    StepBound all = ZERO;
    for (String part : text.split(";", -1)) {
      String[] sides = part.split("@", 2);
      if (!sides[0].matches("[0-9]{1,18}")) {
        throw new IllegalArgumentException("'%s' is no bound of steps".formatted(text));
      }
      List<Formula> turns = new ArrayList<>();
      if (sides.length == 2) {
        for (String turn : sides[1].split(",", -1)) {
          turns.add(Formula.parse(turn));
        }
      }
      all = all.plus(new Product(turns), Long.parseLong(sides[0]));
    }
    return all;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StepBound that && products.equals(that.products);
  }

  @Override
  public int hashCode() {
    return products.hashCode();
  }

  @Override
  public String toString() {
    if (products.isEmpty()) {
      return "0";
    }
    return products.entrySet().stream()
        .map(
            entry ->
                entry.getKey().turns().isEmpty()
                    ? entry.getValue().toString()
                    : entry.getValue() + "@" + entry.getKey())
        .collect(Collectors.joining(";"));
  }
}
