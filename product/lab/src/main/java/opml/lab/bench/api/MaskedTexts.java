package opml.lab.bench.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import opml.llm.grammar.Grammar;
import opml.llm.session.Session;
import opml.llm.tape.Sampling;
import opml.llm.tokenizer.Tokenizer;

/// What masks of grammars take of the time of a text: the same tokens are taken one by one with a grammar and without
/// one. With it they come first, and each under a schema that was never seen before, so that every place in it is new.
final class MaskedTexts {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Session session;
  private final Tokenizer tokenizer;
  private final int tokens;
  private double masked;
  private double plain;

  /// @param tokens of a text, at most
  MaskedTexts(Session session, Tokenizer tokenizer, int tokens) {
    this.session = session;
    this.tokenizer = tokenizer;
    this.tokens = tokens;
  }

  /// {@return schemas that our reader and llama.cpp's both take}: of members that must all be there
  static List<ObjectNode> schemas(int count, Random random) {
    return Stream.generate(() -> schema(random)).limit(count).toList();
  }

  private static ObjectNode schema(Random random) {
    ObjectNode schema = JSON.objectNode().put("type", "object");
    ObjectNode members = schema.putObject("properties");
    int kinds = 5;
    for (int kind : random.ints(0, kinds).distinct().limit(kinds).toArray()) {
      ObjectNode member = members.putObject("m" + random.nextInt(1 << 20));
      switch (kind) {
        case 0 -> member.put("type", "integer");
        case 1 -> member.put("type", "boolean");
        case 2 -> member.putArray("enum").add("on").add("off").add("in between");
        case 3 -> member.put("type", "array").putObject("items").put("type", "string");
        default -> member.put("type", "string");
      }
    }
    schema.set("required", required(members));
    return schema.put("additionalProperties", false);
  }

  private static ArrayNode required(ObjectNode members) {
    ArrayNode names = JSON.arrayNode();
    members.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /// {@return the masks' share}
  ///
  /// @param schemas of which the first is for HotSpot and does not count
  double share(List<ObjectNode> schemas, int... prompt) {
    for (int i = 0; i < schemas.size(); i++) {
      measure(Grammar.ofJsonSchema(schemas.get(i)), prompt);
      if (i == 0) {
        masked = 0;
        plain = 0;
      }
    }
    return (masked - plain) / masked;
  }

  private void measure(Grammar grammar, int... prompt) {
    session.cut(0);
    session.choose(Sampling.GREEDY.withGrammar(grammar), prompt.length);
    int next = session.take(prompt);
    int[] text = new int[tokens];
    int count = 0;
    long begin = System.nanoTime();
    while (count < tokens && !tokenizer.endsOfGeneration().contains(next)) {
      text[count++] = next;
      next = session.take(next);
    }
    masked += since(begin);
    session.choose(Sampling.GREEDY, prompt.length);
    session.cut(0);
    int _ = session.take(prompt);
    begin = System.nanoTime();
    for (int i = 0; i < count; i++) {
      int _ = session.take(text[i]);
    }
    plain += since(begin);
  }

  private static double since(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }
}
