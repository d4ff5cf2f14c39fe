package opml.llm.grammar;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import opml.core.codec.Printable;

/// Reads JSON schemas: which texts are JSON of a value that one describes. What llama.cpp and OpenAI's structured
/// outputs take of them is taken, and what would be left out unsaid is refused, with its place.
///
/// As with these, members stand in the order of `properties`, and there are others only if `additionalProperties` says
/// so, or no members are named; `oneOf` is as `anyOf`. Between the parts of a value there may be a space, or one or two
/// ends of lines and up to 20 spaces and tabs. Where no next byte tells alternatives apart, as those of an object with
/// any members and of one that refers to itself, one of them is kept, the widest that is known: an answer is always a
/// value that the schema describes.
final class SchemaReader {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();
  private static final int MOST_SCHEMAS = 20_000;
  private static final int MOST_NESTED = 200;

  /// Letters of names and values, and parts that are put together, at most.
  private static final int MOST_LETTERS = 500_000;

  /// So much of that a letter of a pattern takes.
  private static final int PATTERN_LETTER = 16;

  /// Letters of a place that are shown.
  private static final int MOST_OF_A_PLACE = 200;

  /// Letters of a name that others are told from letter by letter.
  private static final int MOST_OF_A_NAME = 500;

  /// What says something about values that no table does.
  private static final Set<String> REFUSED =
      Set.of(
          "not",
          "if",
          "then",
          "else",
          "patternProperties",
          "propertyNames",
          "contains",
          "minContains",
          "maxContains",
          "uniqueItems",
          "multipleOf",
          "dependentRequired",
          "dependentSchemas",
          "dependencies",
          "minProperties",
          "maxProperties",
          "unevaluatedProperties",
          "unevaluatedItems",
          "additionalItems",
          "$dynamicRef",
          "$recursiveRef");

  /// What says something about values.
  private static final Set<String> SAYING =
      Set.of(
          "type",
          "enum",
          "const",
          "properties",
          "required",
          "additionalProperties",
          "items",
          "prefixItems",
          "minItems",
          "maxItems",
          "minLength",
          "maxLength",
          "pattern",
          "format",
          "anyOf",
          "oneOf",
          "allOf",
          "minimum",
          "maximum",
          "exclusiveMinimum",
          "exclusiveMaximum");

  private final JsonNode whole;
  private final Map<String, Phrase> rules = new LinkedHashMap<>();
  private final Map<String, String> places = new HashMap<>();
  private final Set<String> linked = new HashSet<>();
  private final Map<String, String> references = new HashMap<>();
  private int schemas;
  private int nested;
  private long letters;

  private SchemaReader(JsonNode whole) {
    this.whole = whole;
  }

  /// @throws GrammarException if it is none, or not of those that are taken
  static GrammarRules read(String text) {
    try {
      return read(MAPPER.readTree(text));
    } catch (JacksonException e) {
      throw new GrammarException("json-schema: it is no JSON: " + JsonFault.of(e));
    }
  }

  static GrammarRules read(JsonNode schema) {
    SchemaReader reader = new SchemaReader(schema);
    JsonPhrases.addTo(reader.rules);
    reader.rules.put("root", reader.value(schema, "#"));
    return new GrammarRules("root", reader.rules, reader.places, reader.linked, true);
  }

  private Phrase value(JsonNode schema, String place) {
    if (++schemas > MOST_SCHEMAS || ++nested > MOST_NESTED) {
      throw failure(place, "there are too many schemas, or too deep in each other");
    }
    Phrase phrase = described(schema, place);
    nested--;
    return phrase;
  }

  /// Counts what takes time and memory, however often it is gone over.
  private void spend(long more, String place) {
    letters += more;
    if (letters > MOST_LETTERS) {
      throw failure(place, "names, values and patterns are too long, or put together too often");
    }
  }

  private Phrase literal(JsonNode value, String place) {
    spend(value.toString().length() + 1L, place);
    return JsonPhrases.literal(value);
  }

  private Phrase described(JsonNode schema, String place) {
    if (schema.isBoolean() && schema.booleanValue() || schema.isObject() && schema.isEmpty()) {
      return JsonPhrases.VALUE;
    }
    if (!schema.isObject()) {
      throw failure(
          place, "expected is a schema: an object" + (schema.isBoolean() ? ", or true" : ""));
    }
    for (Map.Entry<String, JsonNode> said : schema.properties()) {
      boolean isFalse = said.getValue().isBoolean() && !said.getValue().booleanValue();
      if (REFUSED.contains(said.getKey()) && !isFalse) {
        throw failure(place, "'%s' is nothing that a table says".formatted(said.getKey()));
      }
    }
    if (schema.has("$ref")) {
      requireAlone(schema, "$ref", place);
      return reference(schema.path("$ref").asText(), place);
    }
    if (schema.has("const")) {
      return literal(schema.get("const"), place);
    }
    if (schema.has("enum")) {
      return options(schema, "enum", place, this::literal);
    }
    if (schema.has("allOf")) {
      return described(merged(schema, place), place);
    }
    for (String several : List.of("anyOf", "oneOf")) {
      if (schema.has(several)) {
        requireAlone(schema, several, place);
        return options(schema, several, place, this::value);
      }
    }
    JsonNode type = schema.path("type");
    if (type.isArray()) {
      return options(
          schema,
          "type",
          place,
          (one, at) -> {
            spend(1, at);
            return typed(schema, one.asText(), place);
          });
    }
    return typed(schema, type.isMissingNode() ? implied(schema) : type.asText(), place);
  }

  private interface Part {
    Phrase of(JsonNode node, String place);
  }

  private Phrase options(JsonNode schema, String key, String place, Part part) {
    JsonNode all = schema.get(key);
    if (!all.isArray() || all.isEmpty()) {
      throw failure(place + "/" + key, "expected is a list with something in it");
    }
    List<Phrase> options = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      options.add(part.of(all.get(i), "%s/%s/%d".formatted(place, key, i)));
    }
    return new Phrase.Choice(options);
  }

  private static String implied(JsonNode schema) {
    if (schema.has("properties") || schema.has("additionalProperties") || schema.has("required")) {
      return "object";
    }
    if (schema.has("items")
        || schema.has("prefixItems")
        || schema.has("minItems")
        || schema.has("maxItems")) {
      return "array";
    }
    if (schema.has("pattern")
        || schema.has("minLength")
        || schema.has("maxLength")
        || schema.has("format")) {
      return "string";
    }
    return schema.has("minimum") || schema.has("maximum") ? "number" : "";
  }

  private Phrase typed(JsonNode schema, String type, String place) {
    return switch (type) {
      case "" -> JsonPhrases.VALUE;
      case "null", "boolean" -> JsonPhrases.named(type);
      case "string" -> string(schema, place);
      case "integer" -> NumberPhrases.integers(schema, place);
      case "number" -> {
        for (String bound : List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")) {
          if (schema.has(bound)) {
            yield NumberPhrases.numbers(schema, place);
          }
        }
        yield JsonPhrases.named(type);
      }
      case "array" -> array(schema, place);
      case "object" -> object(schema, place);
      default ->
          throw failure(
              place + "/type", "there is no type '%s'".formatted(Printable.cut(type, 40)));
    };
  }

  // ------------------------------------------------------------------ references

  private Phrase reference(String to, String place) {
    String known = references.get(to);
    if (known != null) {
      return new Phrase.Named(known);
    }
    JsonNode found = found(to, place);
    String rule = "ref " + references.size();
    references.put(to, rule);
    places.put(rule, Printable.cut(to, 80));
    rules.put(rule, value(found, Printable.cut(to, 80)));
    return new Phrase.Named(rule);
  }

  private JsonNode found(String to, String place) {
    if (!to.startsWith("#")) {
      throw failure(place + "/$ref", "expected is a place in this schema: # and what follows");
    }
    JsonNode found = to.equals("#") ? whole : whole.at(pointer(to, place));
    if (found.isMissingNode()) {
      throw failure(place + "/$ref", "there is no %s".formatted(Printable.cut(to, 80)));
    }
    return found;
  }

  private static JsonPointer pointer(String to, String place) {
    try {
      return JsonPointer.compile(to.substring(1));
    } catch (IllegalArgumentException e) {
      throw failure(place + "/$ref", "expected is # and a path");
    }
  }

  private static void requireAlone(JsonNode schema, String key, String place) {
    for (Map.Entry<String, JsonNode> said : schema.properties()) {
      String other = said.getKey();
      boolean says = SAYING.contains(other) && !other.equals(key);
      if (says && !(key.endsWith("Of") && other.equals("type"))) {
        throw failure(place, "'%s' beside '%s' is not taken".formatted(other, key));
      }
    }
  }

  /// {@return what a schema and all of `allOf` say}, if no two say something of the same
  private ObjectNode merged(JsonNode schema, String place) {
    ObjectNode all = JsonNodeFactory.instance.objectNode();
    List<JsonNode> parts = new ArrayList<>();
    ObjectNode own = JsonNodeFactory.instance.objectNode().setAll((ObjectNode) schema);
    own.remove("allOf");
    parts.add(own);
    if (!schema.get("allOf").isArray()) {
      throw failure(place + "/allOf", "expected is a list of schemas");
    }
    schema.get("allOf").forEach(parts::add);
    for (int i = 0; i < parts.size(); i++) {
      String at = i == 0 ? place : "%s/allOf/%d".formatted(place, i - 1);
      JsonNode part = parts.get(i);
      for (int hops = 0; part.has("$ref"); hops++) {
        requireAlone(part, "$ref", at);
        part = found(part.path("$ref").asText(), at);
        if (hops > MOST_NESTED) {
          throw failure(at + "/$ref", "one leads to the other without an end");
        }
      }
      if (!part.isObject()) {
        throw failure(at, "expected is a schema: an object");
      }
      spend(part.size() + 1L, at);
      if (part.has("allOf")) {
        if (++nested > MOST_NESTED) {
          throw failure(at, "there are too many schemas in each other");
        }
        part = merged(part, at);
        nested--;
      }
      part.properties().forEach(said -> merge(all, said.getKey(), said.getValue(), at));
    }
    return all;
  }

  private void merge(ObjectNode all, String key, JsonNode value, String place) {
    JsonNode before = all.get(key);
    if (before != null && SAYING.contains(key)) {
      spend(value.toString().length(), place);
    }
    if (before == null || before.equals(value) || !SAYING.contains(key)) {
      // What is added to is a copy.
      all.set(
          key,
          switch (value) {
            case ObjectNode object when key.equals("properties") ->
                JsonNodeFactory.instance.objectNode().setAll(object);
            case ArrayNode array when key.equals("required") ->
                JsonNodeFactory.instance.arrayNode().addAll(array);
            default -> value;
          });
    } else if (key.equals("properties") && before.isObject() && value.isObject()) {
      value
          .properties()
          .forEach(
              member -> {
                JsonNode known = before.get(member.getKey());
                if (known != null && !known.equals(member.getValue())) {
                  throw failure(
                      place,
                      "two say something about the member '%s'"
                          .formatted(Printable.cut(member.getKey(), 40)));
                }
                ((ObjectNode) before).set(member.getKey(), member.getValue());
              });
    } else if (key.equals("required") && before.isArray() && value.isArray()) {
      value.forEach(((ArrayNode) before)::add);
    } else {
      throw failure(place, "'%s' is said twice, in different ways".formatted(key));
    }
  }

  // ------------------------------------------------------------------ values

  private Phrase string(JsonNode schema, String place) {
    if (schema.has("pattern")) {
      requireNone(schema, place, "pattern", "minLength", "maxLength", "format");
      String pattern = schema.get("pattern").asText();
      spend((long) PATTERN_LETTER * pattern.length(), place + "/pattern");
      Phrase text = PatternParser.parse(pattern, place + "/pattern");
      return Phrase.sequence(Phrase.text("\""), text, Phrase.text("\""));
    }
    if (schema.has("format")) {
      Phrase form = JsonPhrases.format(schema.get("format").asText());
      if (form != null) {
        requireNone(schema, place, "format", "minLength", "maxLength");
        return Phrase.sequence(Phrase.text("\""), form, Phrase.text("\""));
      }
    }
    int least = count(schema, "minLength", 0, place);
    int most = count(schema, "maxLength", -1, place);
    if (least == 0 && most < 0) {
      return JsonPhrases.named("string");
    }
    requireOrder(least, most, place, "minLength");
    return Phrase.sequence(
        Phrase.text("\""),
        new Phrase.Repeat(JsonPhrases.named("char"), least, most),
        Phrase.text("\""));
  }

  private static void requireNone(JsonNode schema, String place, String key, String... others) {
    for (String other : others) {
      if (schema.has(other)) {
        throw failure(place, "'%s' beside '%s' is not taken".formatted(other, key));
      }
    }
  }

  private static void requireOrder(int least, int most, String place, String key) {
    if (most >= 0 && most < least) {
      throw failure(place + "/" + key, "there is nothing between %d and %d".formatted(least, most));
    }
  }

  private static int count(JsonNode schema, String key, int missing, String place) {
    JsonNode found = schema.path(key);
    if (found.isMissingNode()) {
      return missing;
    }
    if (!found.isIntegralNumber()
        || !found.canConvertToInt()
        || found.intValue() < 0
        || found.intValue() > 10_000) {
      throw failure(place + "/" + key, "expected is a number, 0 to 10,000");
    }
    return found.intValue();
  }

  private Phrase array(JsonNode schema, String place) {
    List<Phrase> first = new ArrayList<>();
    JsonNode prefix = schema.path("prefixItems");
    if (!prefix.isMissingNode() && !prefix.isArray()) {
      throw failure(place + "/prefixItems", "expected is a list of schemas");
    }
    for (int i = 0; i < prefix.size(); i++) {
      first.add(value(prefix.get(i), "%s/prefixItems/%d".formatted(place, i)));
    }
    JsonNode items = schema.path("items");
    boolean others =
        items.isMissingNode() ? first.isEmpty() : !items.isBoolean() || items.booleanValue();
    Phrase item =
        !others
            ? Phrase.empty()
            : items.isMissingNode() ? JsonPhrases.VALUE : value(items, place + "/items");
    int least = count(schema, "minItems", 0, place);
    int most = count(schema, "maxItems", -1, place);
    requireOrder(least, most, place, "minItems");
    if (!others) {
      most = most < 0 ? first.size() : Math.min(most, first.size());
      requireOrder(least, most, place, "minItems");
    }
    return Phrase.sequence(
        Phrase.text("["), JsonPhrases.SPACE, elements(first, item, least, most), Phrase.text("]"));
  }

  /// {@return elements, of which the first ones are not as the others}
  private Phrase elements(List<Phrase> first, Phrase item, int least, int most) {
    if (most == 0) {
      return Phrase.empty();
    }
    Phrase rest = Phrase.empty();
    int own = most < 0 ? first.size() : Math.min(first.size(), most);
    boolean hasMore = most < 0 || most > own;
    int from = Math.max(own, 1);
    if (hasMore) {
      Phrase more = Phrase.sequence(JsonPhrases.COMMA, item, JsonPhrases.SPACE);
      rest = new Phrase.Repeat(more, Math.max(0, least - from), most < 0 ? -1 : most - from);
    }
    for (int i = from - 1; i >= 0; i--) {
      Phrase element = i < first.size() ? first.get(i) : item;
      Phrase with = Phrase.sequence(element, JsonPhrases.SPACE, rest);
      Phrase one = i == 0 ? with : Phrase.sequence(JsonPhrases.COMMA, with);
      rest = linked(least > i ? one : Phrase.optional(one));
    }
    return rest;
  }

  /// {@return a rule that is gone on with}, so that what follows is there once
  private Phrase linked(Phrase phrase) {
    String rule = "part " + linked.size();
    linked.add(rule);
    rules.put(rule, phrase);
    return new Phrase.Named(rule);
  }

  private Phrase object(JsonNode schema, String place) {
    JsonNode members = schema.path("properties");
    JsonNode others = schema.path("additionalProperties");
    if (!members.isMissingNode() && !members.isObject()) {
      throw failure(place + "/properties", "expected are schemas by names");
    }
    Set<String> required = new LinkedHashSet<>();
    for (JsonNode name : schema.path("required")) {
      spend(name.asText().length() + 1L, place + "/required");
      required.add(name.asText());
    }
    Map<String, Phrase> known = new LinkedHashMap<>();
    members
        .properties()
        .forEach(
            member -> {
              spend(member.getKey().length() + 1L, place + "/properties");
              Phrase value =
                  value(
                      member.getValue(),
                      place + "/properties/" + Printable.cut(member.getKey(), 40));
              known.put(member.getKey(), member(JsonPhrases.string(member.getKey()), value));
            });
    boolean isOpen =
        others.isMissingNode()
            ? members.isMissingNode()
            : !others.isBoolean() || others.booleanValue();
    for (String name : required) {
      if (!known.containsKey(name)) {
        if (!isOpen) {
          throw failure(
              place + "/required",
              "'%s' is none of the members".formatted(Printable.cut(name, 40)));
        }
        Phrase value =
            others.isObject() ? value(others, place + "/additionalProperties") : JsonPhrases.VALUE;
        known.put(name, member(JsonPhrases.string(name), value));
      }
    }
    Phrase more = Phrase.empty();
    if (isOpen) {
      Phrase value =
          others.isObject() ? value(others, place + "/additionalProperties") : JsonPhrases.VALUE;
      for (String name : known.keySet()) {
        if (name.length() > MOST_OF_A_NAME) {
          throw failure(
              place + "/additionalProperties",
              "other members are taken beside names of at most %d letters"
                  .formatted(MOST_OF_A_NAME));
        }
      }
      more = member(JsonPhrases.otherThan(known.keySet()), value);
    }
    return Phrase.sequence(
        Phrase.text("{"),
        JsonPhrases.SPACE,
        members(known, required, isOpen, more),
        Phrase.text("}"));
  }

  private static Phrase member(Phrase name, Phrase value) {
    return Phrase.sequence(name, Phrase.text(":"), JsonPhrases.SPACE, value, JsonPhrases.SPACE);
  }

  /// {@return members in their order, those that are not required or not, and any number of others}
  private Phrase members(
      Map<String, Phrase> known, Set<String> required, boolean isOpen, Phrase more) {
    Phrase others = Phrase.sequence(JsonPhrases.COMMA, more);
    // Behind a member, and where there was none yet.
    Phrase next = isOpen ? linked(new Phrase.Repeat(others, 0, -1)) : Phrase.empty();
    Phrase first = isOpen ? linked(Phrase.optional(Phrase.sequence(more, next))) : Phrase.empty();
    for (String name : new ArrayList<>(known.keySet()).reversed()) {
      Phrase member = known.getOrDefault(name, Phrase.empty());
      Phrase after = Phrase.sequence(JsonPhrases.COMMA, member, next);
      Phrase begun = Phrase.sequence(member, next);
      boolean must = required.contains(name);
      first = linked(must ? begun : Phrase.choice(begun, first));
      next = linked(must ? after : Phrase.choice(after, next));
    }
    return first;
  }

  static GrammarException failure(String place, String what) {
    return new GrammarException(
        "json-schema: %s: %s".formatted(Printable.cut(place, MOST_OF_A_PLACE), what));
  }
}
