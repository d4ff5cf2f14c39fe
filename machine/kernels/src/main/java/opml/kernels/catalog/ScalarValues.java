package opml.kernels.catalog;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The scalars of a call, given by their names, so that nobody counts places.
public final class ScalarValues {
  private final Kernel kernel;
  private final @Nullable Long[] values;

  public ScalarValues(Kernel kernel) {
    this.kernel = kernel;
    this.values = new Long[kernel.scalars().size()];
  }

  /// Gives some scalars their values.
  ///
  /// @param words names of scalars, or of records, which stand for all their scalars; separated by spaces
  /// @throws IllegalArgumentException if a name is unknown, is given twice, or the values are not as many
  public ScalarValues ints(String words, int... values) {
    List<Integer> places = places(words);
    if (places.size() != values.length) {
      throw new IllegalArgumentException(
          "%s: %d values for the %d scalars of '%s'"
              .formatted(kernel, values.length, places.size(), words));
    }
    for (int i = 0; i < values.length; i++) {
      put(places.get(i), Scalar.Type.INT, values[i]);
    }
    return this;
  }

  /// Gives a float scalar its value.
  public ScalarValues real(String word, float value) {
    put(kernel.scalar(word), Scalar.Type.FLOAT, Float.floatToIntBits(value));
    return this;
  }

  /// {@return all scalars, in the ABI's 64-bit form}
  ///
  /// @throws IllegalArgumentException if one has no value
  public List<Long> all() {
    List<String> missing =
        IntStream.range(0, values.length)
            .filter(i -> values[i] == null)
            .mapToObj(i -> kernel.scalars().get(i).name())
            .toList();
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(kernel + ": no value for " + missing);
    }
    return List.copyOf(Arrays.asList(values));
  }

  private List<Integer> places(String words) {
    List<Integer> places = new ArrayList<>();
    for (String word : words.split(" ", -1)) {
      List<Integer> ofRecord =
          IntStream.range(0, values.length)
              .filter(i -> kernel.scalars().get(i).name().startsWith(word + "."))
              .boxed()
              .toList();
      places.addAll(ofRecord.isEmpty() ? List.of(kernel.scalar(word)) : ofRecord);
    }
    return places;
  }

  private void put(int place, Scalar.Type type, long value) {
    Scalar scalar = kernel.scalars().get(place);
    if (scalar.type() != type || values[place] != null) {
      throw new IllegalArgumentException(
          "%s: %s is %s"
              .formatted(
                  kernel,
                  scalar.name(),
                  scalar.type() == type ? "given twice" : "a " + scalar.type() + ", not " + type));
    }
    values[place] = value;
  }
}
