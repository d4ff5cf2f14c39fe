package opml.ethereum.abi;

import java.math.BigInteger;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Text;

/// Decoded values with the names that the contract gave them: results, a struct, an event or an
/// error. Getters take a name or an index.
///
/// @param parameters names and types, one a value
/// @param values of the Java types that [AbiType] names
public record Values(List<AbiParameter> parameters, List<Object> values) {
  public Values {
    parameters = List.copyOf(parameters);
    values = List.copyOf(values);
    if (parameters.size() != values.size()) {
      throw new IllegalArgumentException(
          values.size() + " values for " + parameters.size() + " parameters");
    }
  }

  public static final Values NONE = new Values(List.of(), List.of());

  public int size() {
    return values.size();
  }

  public BigInteger uint(String name) {
    return get(name, BigInteger.class);
  }

  public BigInteger uint(int index) {
    return get(index, BigInteger.class);
  }

  /// {@return an integer that fits a `long`}
  ///
  /// @throws ChainException.Malformed if it does not fit
  public long number(String name) {
    return number(name, uint(name));
  }

  /// {@return an integer that fits a `long`}
  ///
  /// @throws ChainException.Malformed if it does not fit
  public long number(int index) {
    return number("value " + index, uint(index));
  }

  public Wei wei(String name) {
    return new Wei(uint(name));
  }

  public Wei wei(int index) {
    return new Wei(uint(index));
  }

  public Address address(String name) {
    return get(name, Address.class);
  }

  public Address address(int index) {
    return get(index, Address.class);
  }

  public boolean bool(String name) {
    return get(name, Boolean.class);
  }

  public boolean bool(int index) {
    return get(index, Boolean.class);
  }

  public Bytes32 bytes32(String name) {
    return get(name, Bytes32.class);
  }

  public Bytes32 bytes32(int index) {
    return get(index, Bytes32.class);
  }

  public Data data(String name) {
    return get(name, Data.class);
  }

  public Data data(int index) {
    return get(index, Data.class);
  }

  public String text(String name) {
    return get(name, String.class);
  }

  public String text(int index) {
    return get(index, String.class);
  }

  public Values tuple(String name) {
    return get(name, Values.class);
  }

  public Values tuple(int index) {
    return get(index, Values.class);
  }

  /// {@return an array's elements, all of this type}
  public <T> List<T> list(String name, Class<T> element) {
    return list(get(name, List.class), element);
  }

  /// {@return an array's elements, all of this type}
  public <T> List<T> list(int index, Class<T> element) {
    return list(get(index, List.class), element);
  }

  private static <T> List<T> list(List<?> elements, Class<T> type) {
    return elements.stream().<T>map(type::cast).toList();
  }

  private <T> T get(String name, Class<T> type) {
    for (int i = 0; i < parameters.size(); i++) {
      if (parameters.get(i).name().equals(name)) {
        return get(i, type);
      }
    }
    throw new IllegalArgumentException("no value is called " + name + " in " + this);
  }

  private <T> T get(int index, Class<T> type) {
    Object value = values.get(index);
    if (!type.isInstance(value)) {
      throw new IllegalArgumentException(
          "value %d is a %s, not a %s"
              .formatted(index, parameters.get(index).type().canonical(), type.getSimpleName()));
    }
    return type.cast(value);
  }

  private static long number(String name, BigInteger value) {
    if (value.bitLength() > 63) {
      throw new ChainException.Malformed(name + " is beyond 63 bits: " + value);
    }
    return value.longValue();
  }

  /// {@return such as `(code=7, caller=0x…)`}
  @Override
  public String toString() {
    return IntStream.range(0, values.size())
        .mapToObj(
            i -> {
              String name = parameters.get(i).name();
              return (name.isEmpty() ? "" : name + "=") + Text.shortened(values.get(i).toString());
            })
        .collect(Collectors.joining(", ", "(", ")"));
  }
}
