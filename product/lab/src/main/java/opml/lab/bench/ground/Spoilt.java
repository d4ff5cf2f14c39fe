package opml.lab.bench.ground;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/// Answers with something wrong in them. None changes its argument.
final class Spoilt {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String ABSURD = "0x" + "f".repeat(64);

  private Spoilt() {}

  static JsonNode otherType(JsonNode value, SplittableRandom random) {
    List<JsonNode> others =
        List.of(
            JSON.numberNode(random.nextInt()),
            JSON.textNode("none"),
            JSON.arrayNode().add(1),
            JSON.objectNode().put("number", "0x1"),
            JSON.booleanNode(true));
    JsonNode other = others.get(random.nextInt(others.size()));
    return other.getNodeType() == value.getNodeType() ? JSON.objectNode() : other;
  }

  /// {@return the same but for one hexadecimal digit of one of its texts}
  static JsonNode flipped(JsonNode value, SplittableRandom random) {
    JsonNode copy = value.deepCopy();
    if (isHex(copy)) {
      return JSON.textNode(flip(copy.textValue(), random));
    }
    List<Runnable> flips = new ArrayList<>();
    collect(copy, random, flips);
    if (!flips.isEmpty()) {
      flips.get(random.nextInt(flips.size())).run();
    }
    return copy;
  }

  private static void collect(JsonNode value, SplittableRandom random, List<Runnable> flips) {
    if (value instanceof ObjectNode object) {
      for (String name : (Iterable<String>) object::fieldNames) {
        JsonNode member = object.path(name);
        if (isHex(member)) {
          flips.add(() -> object.put(name, flip(member.textValue(), random)));
        } else {
          collect(member, random, flips);
        }
      }
    } else if (value instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        int index = i;
        if (isHex(array.path(i))) {
          flips.add(
              () -> array.set(index, new TextNode(flip(array.path(index).textValue(), random))));
        } else {
          collect(array.path(i), random, flips);
        }
      }
    }
  }

  private static boolean isHex(JsonNode value) {
    return value.isTextual()
        && value.textValue().startsWith("0x")
        && value.textValue().length() > 2;
  }

  private static String flip(String hex, SplittableRandom random) {
    int at = random.nextInt(2, hex.length());
    int digit = Character.digit(hex.charAt(at), 16) ^ (1 + random.nextInt(15));
    return hex.substring(0, at) + Character.forDigit(digit, 16) + hex.substring(at + 1);
  }

  /// {@return logs of which some are there twice, in another order, with other numbers, of another contract, or
  /// missing}
  static JsonNode logs(JsonNode value, SplittableRandom random) {
    if (!value.isArray() || value.isEmpty()) {
      return value;
    }
    List<JsonNode> logs = new ArrayList<>();
    value.forEach(log -> logs.add(log.deepCopy()));
    int at = random.nextInt(logs.size());
    switch (random.nextInt(5)) {
      case 0 -> logs.add(random.nextInt(logs.size() + 1), logs.get(at));
      case 1 -> Collections.shuffle(logs, new Random(random.nextLong()));
      case 2 -> put(logs.get(at), "logIndex", "0x" + Integer.toHexString(random.nextInt(1 << 10)));
      case 3 -> put(logs.get(at), "address", "0x" + "5e".repeat(20));
      default -> logs.remove(at);
    }
    ArrayNode spoilt = JSON.arrayNode();
    logs.forEach(spoilt::add);
    return spoilt;
  }

  private static void put(JsonNode log, String field, String text) {
    if (log instanceof ObjectNode object) {
      object.put(field, text);
    }
  }

  /// {@return the highest tip that can be written, alone or in a history of fees}
  static JsonNode tip(JsonNode value) {
    if (value.isTextual()) {
      return JSON.textNode(ABSURD);
    }
    JsonNode copy = value.deepCopy();
    for (JsonNode block : copy.path("reward")) {
      if (block instanceof ArrayNode rewards) {
        for (int i = 0; i < rewards.size(); i++) {
          rewards.set(i, JSON.textNode(ABSURD));
        }
      }
    }
    return copy;
  }
}
