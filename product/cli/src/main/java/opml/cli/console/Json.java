package opml.cli.console;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.core.account.Wei;
import opml.core.codec.Printable;
import org.jspecify.annotations.Nullable;

/// JSON for programs. Amounts are decimal strings of wei, since a double holds none above 2^53; hashes and addresses
/// are `0x…`; what is not known is null.
public final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  /// {@return an object with these fields, in this order}
  ///
  /// @param fields names and values in turn
  public static Map<String, @Nullable Object> object(@Nullable Object... fields) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    for (int i = 0; i < fields.length; i += 2) {
      object.put(String.valueOf(fields[i]), plain(fields[i + 1]));
    }
    return object;
  }

  /// {@return the value on one line}
  public static String line(Object value) {
    try {
      return Printable.escaped(MAPPER.writeValueAsString(value));
    } catch (JacksonException e) {
      throw new IllegalStateException("not JSON: " + value, e);
    }
  }

  private static @Nullable Object plain(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Optional<?> optional -> plain(optional.orElse(null));
      case Wei wei -> wei.value().toString();
      case BigInteger big -> big.toString();
      case List<?> list -> list.stream().map(Json::plain).toList();
      case Map<?, ?> map -> map;
      case Number number -> number;
      case Boolean bool -> bool;
      default -> value.toString();
    };
  }
}
