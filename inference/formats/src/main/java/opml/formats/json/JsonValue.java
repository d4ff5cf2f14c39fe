package opml.formats.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import opml.core.codec.MalformedException;
import opml.core.codec.Names;
import opml.formats.file.FileBytes;

/// A value in a JSON file. Whoever needs something asks for it with the type that it must have; what is missing or of
/// another type is an error that names the file and the place. A null is as if it were not there.
public final class JsonValue {
  /// The most bytes of a file: some times what the vocabularies of models take, which are the largest ones.
  private static final int MOST_BYTES = 1 << 25;

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String file;
  private final String place;
  private final JsonNode node;

  private JsonValue(String file, String place, JsonNode node) {
    this.file = file;
    this.place = place;
    this.node = node;
  }

  /// {@return the value in a file}
  ///
  /// @throws MalformedException if that is no JSON, or names a key twice
  /// @throws IOException if it cannot be read
  public static JsonValue read(Path file) throws IOException {
    try (FileBytes source = FileBytes.of(file.toString(), file)) {
      if (source.size() > MOST_BYTES) {
        throw new MalformedException(
            "%s: expected at most %,d bytes, found %,d".formatted(file, MOST_BYTES, source.size()));
      }
      byte[] bytes = new byte[(int) source.size()];
      source.read(0, MemorySegment.ofArray(bytes));
      return of(file.toString(), bytes);
    }
  }

  /// {@return the value of a text}
  ///
  /// @param name what errors call it
  public static JsonValue of(String name, byte[] bytes) {
    try {
      return new JsonValue(name, "", MAPPER.readTree(bytes));
    } catch (JsonProcessingException e) {
      throw new MalformedException(
          "%s, offset %d: no JSON: %s"
              .formatted(
                  name,
                  e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getByteOffset()),
                  Names.shown(e.getOriginalMessage())));
    } catch (IOException e) {
      throw new AssertionError("an array is read", e);
    }
  }

  /// {@return what an object has for a key, if it is there}
  public Optional<JsonValue> find(String key) {
    return Optional.ofNullable(object().node.get(key))
        .filter(found -> !found.isNull())
        .map(found -> child(key, found));
  }

  /// {@return what an object must have for a key}
  public JsonValue get(String key) {
    return find(key).orElseThrow(() -> malformed("no key " + Names.shown(key)));
  }

  /// {@return what an object has, in its order}
  public Map<String, JsonValue> entries() {
    Map<String, JsonValue> entries = new LinkedHashMap<>();
    object()
        .node
        .properties()
        .forEach(e -> entries.put(e.getKey(), child(e.getKey(), e.getValue())));
    return entries;
  }

  /// {@return what an array has}
  public List<JsonValue> list() {
    require(node.isArray(), "an array");
    List<JsonValue> list = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      list.add(child(String.valueOf(i), node.get(i)));
    }
    return list;
  }

  public String text() {
    require(node.isTextual(), "a string");
    return node.textValue();
  }

  public boolean flag() {
    require(node.isBoolean(), "true or false");
    return node.booleanValue();
  }

  public long whole() {
    require(node.isIntegralNumber() && node.canConvertToLong(), "a whole number below 2^63");
    return node.longValue();
  }

  public double real() {
    require(node.isNumber() && Double.isFinite(node.doubleValue()), "a real number");
    return node.doubleValue();
  }

  public boolean isArray() {
    return node.isArray();
  }

  /// {@return an error that names the file and this place}
  public MalformedException malformed(String problem) {
    return new MalformedException(
        place.isEmpty()
            ? "%s: %s".formatted(file, problem)
            : "%s, %s: %s".formatted(file, place, problem));
  }

  private JsonValue object() {
    require(node.isObject(), "an object");
    return this;
  }

  private void require(boolean holds, String expected) {
    if (!holds) {
      throw malformed(
          "expected %s, found %s"
              .formatted(expected, node.getNodeType().name().toLowerCase(Locale.ROOT)));
    }
  }

  private JsonValue child(String key, JsonNode found) {
    String name = Names.shown(key);
    return new JsonValue(file, place.isEmpty() ? name : place + "." + name, found);
  }
}
