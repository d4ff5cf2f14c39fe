package opml.llm.grammar;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;

/// Schemas of chance, of all that a [Grammar] takes of them: each can be kept to, and within itself by `#/$defs/tree`.
public final class RandomSchemas {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final List<String> NAMES = List.of("a", "ab", "b", "né", "q\"");

  /// How deep schemas stand in others, at most.
  private static final int DEPTH = 3;

  private final Random random;

  public RandomSchemas(Random random) {
    this.random = random;
  }

  /// {@return another schema}
  public ObjectNode next() {
    ObjectNode whole = JSON.objectNode();
    ObjectNode tree = whole.putObject("$defs").putObject("tree");
    tree.put("type", "object");
    ObjectNode members = tree.putObject("properties");
    members
        .putObject("kids")
        .put("type", "array")
        .put("maxItems", 2)
        .putObject("items")
        .put("$ref", "#/$defs/tree");
    members.putObject("n").put("type", "integer");
    tree.putArray("required").add("n");
    whole.setAll(schema(DEPTH));
    return whole;
  }

  private ObjectNode schema(int depth) {
    ObjectNode schema = JSON.objectNode();
    switch (random.nextInt(depth == 0 ? 7 : 12)) {
      case 0 -> schema.put("type", random.nextBoolean() ? "null" : "boolean");
      case 1 -> {
        schema.put("type", "string");
        if (random.nextBoolean()) {
          schema.put("minLength", random.nextInt(3)).put("maxLength", 3 + random.nextInt(3));
        }
      }
      case 2 -> {
        schema.put("type", "integer");
        int least = random.nextInt(400) - 200;
        if (random.nextBoolean()) {
          schema.put("minimum", least);
        }
        if (random.nextBoolean()) {
          schema.put("maximum", least + random.nextInt(300));
        }
      }
      case 3 -> {
        schema.put("type", "number");
        if (random.nextBoolean()) {
          int least = random.nextInt(30) - 15;
          schema.put("minimum", least).put("maximum", least + random.nextInt(30));
        }
      }
      case 4 -> {
        ArrayNode options = schema.putArray("enum");
        options.add("on").add("off").add(random.nextInt(50)).addNull();
      }
      case 5 -> schema.putObject("const").put("k", random.nextInt(9));
      case 6 -> schema.put("$ref", "#/$defs/tree");
      case 7, 8 -> object(schema, depth);
      case 9 -> {
        schema.put("type", "array").set("items", schema(depth - 1));
        if (random.nextBoolean()) {
          schema.put("minItems", random.nextInt(3)).put("maxItems", 2 + random.nextInt(2));
        }
      }
      case 10 -> {
        schema.put("type", "array").put("minItems", 2);
        schema.putArray("prefixItems").add(schema(depth - 1)).add(schema(0));
        schema.put("items", false);
      }
      default -> schema.putArray("anyOf").add(schema(depth - 1)).add(schema(depth - 1));
    }
    return schema;
  }

  private void object(ObjectNode schema, int depth) {
    schema.put("type", "object");
    ObjectNode properties = schema.putObject("properties");
    ArrayNode required = schema.putArray("required");
    for (String name : NAMES) {
      if (random.nextInt(2) == 0) {
        properties.set(name, schema(depth - 1));
        if (random.nextInt(2) == 0) {
          required.add(name);
        }
      }
    }
    if (random.nextInt(3) == 0) {
      schema.set("additionalProperties", random.nextBoolean() ? JSON.booleanNode(true) : schema(0));
    }
  }
}
