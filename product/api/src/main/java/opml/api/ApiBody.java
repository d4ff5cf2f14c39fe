package opml.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import opml.llm.grammar.JsonFault;

/// The JSON of a request. Whoever needs a field asks for it with the type that it must have, and what is wrong is told
/// as OpenAI's API tells it. A null is as if it were not there.
final class ApiBody {
  /// Nobody nests deeper who means it.
  private static final int MOST_DEPTH = 64;

  static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MOST_DEPTH).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final JsonNode object;

  private ApiBody(JsonNode object) {
    this.object = object;
  }

  static ApiBody of(byte[] bytes) {
    try {
      JsonNode node = MAPPER.readTree(bytes);
      if (!node.isObject()) {
        throw ApiException.invalid(
            "The body of the request must be a JSON object, and is %s.".formatted(kind(node)));
      }
      return new ApiBody(node);
    } catch (JsonProcessingException e) {
      throw ApiException.invalid(
          "We could not parse the JSON body of your request: %s.".formatted(JsonFault.of(e)));
    } catch (IOException e) {
      throw new AssertionError("an array is read", e);
    }
  }

  /// {@return what is already known to be an object}
  static ApiBody of(ObjectNode object) {
    return new ApiBody(object);
  }

  /// {@return what a field has, as it was sent; null if it is not there}
  JsonNode given(String name) {
    return find(name).orElse(NullNode.getInstance());
  }

  /// Refuses fields that nobody here knows.
  void requireKnown(Set<String> known) {
    object
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!known.contains(name)) {
                throw ApiException.invalid(name, "Unrecognized request argument supplied: " + name);
              }
            });
  }

  Optional<JsonNode> find(String name) {
    return Optional.ofNullable(object.get(name)).filter(node -> !node.isNull());
  }

  JsonNode get(String name) {
    return find(name)
        .orElseThrow(
            () -> ApiException.invalid(name, "Missing required parameter: '%s'.".formatted(name)));
  }

  Optional<String> text(String name) {
    return find(name)
        .map(
            node -> {
              require(node.isTextual(), name, "a string", node);
              return node.textValue();
            });
  }

  boolean flag(String name, boolean otherwise) {
    return find(name)
        .map(
            node -> {
              require(node.isBoolean(), name, "a boolean", node);
              return node.booleanValue();
            })
        .orElse(otherwise);
  }

  int whole(String name, int otherwise, int least, int most) {
    return find(name)
        .map(
            node -> {
              require(node.isIntegralNumber(), name, "an integer", node);
              if (!node.canConvertToInt() || node.intValue() < least || node.intValue() > most) {
                throw ApiException.invalid(
                    name,
                    "Invalid '%s': expected is a value from %d to %d, found %s."
                        .formatted(name, least, most, node));
              }
              return node.intValue();
            })
        .orElse(otherwise);
  }

  double real(String name, double otherwise) {
    return find(name)
        .map(
            node -> {
              require(node.isNumber(), name, "a number", node);
              return node.doubleValue();
            })
        .orElse(otherwise);
  }

  static void require(boolean holds, String name, String expected, JsonNode found) {
    if (!holds) {
      throw wrongType(name, expected, found);
    }
  }

  static ApiException wrongType(String name, String expected, JsonNode found) {
    return ApiException.invalid(
        name,
        "invalid_type",
        "Invalid type for '%s': expected %s, but got %s instead."
            .formatted(name, expected, kind(found)));
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case OBJECT -> "an object";
      case ARRAY -> "an array";
      case MISSING -> "nothing";
      case STRING, NUMBER, BOOLEAN, NULL, BINARY, POJO ->
          "a " + node.getNodeType().name().toLowerCase(Locale.ROOT);
    };
  }
}
