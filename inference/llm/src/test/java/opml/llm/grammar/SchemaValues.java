package opml.llm.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import java.util.stream.StreamSupport;

/// A random schema, values that it describes, and whether a value is one, straight from JSON Schema's words.
public final class SchemaValues {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Random random;
  private final ObjectNode whole;

  public SchemaValues(Random random) {
    this.random = random;
    this.whole = new RandomSchemas(random).next();
  }

  /// {@return a schema}
  public ObjectNode whole() {
    return whole;
  }

  /// {@return whether a schema describes a value}, members in any order
  boolean describes(JsonNode schema, JsonNode value) {
    if (schema.isBoolean()) {
      return schema.booleanValue();
    }
    if (schema.has("$ref")) {
      return describes(whole.at(schema.get("$ref").asText().substring(1)), value);
    }
    if (schema.has("const")) {
      return schema.get("const").equals(value);
    }
    if (schema.has("enum")) {
      return StreamSupport.stream(schema.get("enum").spliterator(), false)
          .anyMatch(option -> option.equals(value));
    }
    if (schema.has("anyOf")) {
      return StreamSupport.stream(schema.get("anyOf").spliterator(), false)
          .anyMatch(option -> describes(option, value));
    }
    return switch (schema.path("type").asText()) {
      case "null" -> value.isNull();
      case "boolean" -> value.isBoolean();
      case "string" -> {
        int length = value.asText().codePointCount(0, value.asText().length());
        yield value.isTextual() && within(schema, "minLength", "maxLength", length);
      }
      case "integer" -> value.isIntegralNumber() && within(schema, "minimum", "maximum", value);
      case "number" -> value.isNumber() && within(schema, "minimum", "maximum", value);
      case "array" -> isArray(schema, value);
      default -> isObject(schema, value);
    };
  }

  private static boolean within(JsonNode schema, String least, String most, JsonNode value) {
    BigDecimal number = value.decimalValue();
    return (!schema.has(least) || schema.get(least).decimalValue().compareTo(number) <= 0)
        && (!schema.has(most) || schema.get(most).decimalValue().compareTo(number) >= 0);
  }

  private static boolean within(JsonNode schema, String least, String most, int value) {
    return within(schema, least, most, JSON.numberNode(value));
  }

  private boolean isArray(JsonNode schema, JsonNode value) {
    boolean right = value.isArray() && within(schema, "minItems", "maxItems", value.size());
    int first = schema.path("prefixItems").size();
    for (int i = 0; right && i < value.size(); i++) {
      JsonNode of = i < first ? schema.get("prefixItems").get(i) : schema.path("items");
      right = of.isMissingNode() || describes(of, value.get(i));
    }
    return right;
  }

  private boolean isObject(JsonNode schema, JsonNode value) {
    boolean right = value.isObject();
    for (JsonNode name : schema.path("required")) {
      right &= value.has(name.asText());
    }
    for (var member : value.properties()) {
      JsonNode of = schema.path("properties").path(member.getKey());
      JsonNode others = schema.path("additionalProperties");
      right &=
          of.isMissingNode()
              ? !others.isMissingNode() && describes(others, member.getValue())
              : describes(of, member.getValue());
    }
    return right;
  }

  /// {@return a value of chance that a schema describes}; nothing if chance finds none
  JsonNode value(JsonNode schema, int depth) {
    if (schema.has("$ref")) {
      return value(whole.at(schema.get("$ref").asText().substring(1)), depth - 1);
    }
    if (schema.has("const")) {
      return schema.get("const");
    }
    for (String key : List.of("enum", "anyOf")) {
      if (schema.has(key)) {
        JsonNode option = schema.get(key).get(random.nextInt(schema.get(key).size()));
        return key.equals("enum") ? option : value(option, depth);
      }
    }
    return switch (schema.path("type").asText()) {
      case "null" -> JSON.nullNode();
      case "boolean" -> JSON.booleanNode(random.nextBoolean());
      case "string" -> {
        int least = schema.path("minLength").asInt(0);
        int length = least + random.nextInt(schema.path("maxLength").asInt(least + 5) - least + 1);
        yield JSON.textNode(
            "aé\"\\\n/😀"
                    .codePoints()
                    .limit(0)
                    .mapToObj(Character::toString)
                    .reduce("", String::concat)
                + random
                    .ints(length, 0, 7)
                    .mapToObj(i -> Character.toString("aé\"\\\n/😀".codePoints().toArray()[i]))
                    .reduce("", String::concat));
      }
      case "integer", "number" -> {
        int least = schema.path("minimum").asInt(schema.path("maximum").asInt(0) - 20);
        int most = schema.path("maximum").asInt(least + 40);
        yield JSON.numberNode(least + random.nextInt(most - least + 1));
      }
      case "array" -> {
        ArrayNode array = JSON.arrayNode();
        int first = schema.path("prefixItems").size();
        int least = schema.path("minItems").asInt(0);
        int count =
            first > 0
                ? first
                : least
                    + (depth <= 0
                        ? 0
                        : random.nextInt(schema.path("maxItems").asInt(least + 2) - least + 1));
        for (int i = 0; i < count; i++) {
          array.add(
              value(i < first ? schema.get("prefixItems").get(i) : schema.get("items"), depth - 1));
        }
        yield array;
      }
      default -> {
        ObjectNode object = JSON.objectNode();
        for (var member : schema.path("properties").properties()) {
          boolean must =
              StreamSupport.stream(schema.path("required").spliterator(), false)
                  .anyMatch(n -> n.asText().equals(member.getKey()));
          if (must || depth > 0 && random.nextBoolean()) {
            object.set(member.getKey(), value(member.getValue(), depth - 1));
          }
        }
        yield object;
      }
    };
  }
}
