package opml.lab.bench.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import opml.engine.tensor.Tensor;
import opml.llm.forward.VocabularyTable;
import opml.llm.grammar.Grammar;
import opml.llm.model.LanguageModel;
import opml.llm.session.GrammarMasks;
import opml.llm.session.Session;
import opml.llm.tape.Sampling;

/// What masks of grammars take of the time of a text: texts are written under schemas, each of which was never seen
/// before, and then their masks alone are found once more, at places of which none is known. A difference of two times
/// of writing would be lost in what else the machine does.
final class MaskedTexts {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final Session session;
  private final GrammarMasks masks;
  private final VocabularyTable vocabulary;
  private final MemorySegment mask;
  private final int tokens;
  private long written;
  private long masked;

  /// @param tokens of a text, at most
  MaskedTexts(Session session, LanguageModel model, int tokens) {
    this.session = session;
    this.vocabulary = VocabularyTable.of(model);
    this.masks = GrammarMasks.of(vocabulary);
    int count = vocabulary.stops().shape().count();
    this.mask = Tensor.allocate((long) Integer.BYTES * Math.ceilDiv(count, Integer.SIZE));
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
        written = 0;
        masked = 0;
      }
    }
    return (double) masked / written;
  }

  private void measure(Grammar grammar, int... prompt) {
    session.cut(0);
    session.choose(Sampling.GREEDY.withGrammar(grammar), prompt.length);
    int next = session.take(prompt);
    int[] text = new int[tokens];
    int count = 0;
    long begin = System.nanoTime();
    while (count < tokens && vocabulary.stops().integer(next) == 0) {
      text[count++] = next;
      next = session.take(next);
    }
    long end = System.nanoTime();
    written += end - begin;
    masks.begin(grammar);
    for (int i = 0; i < count; i++) {
      masks.take(text[i]);
      masks.write(mask, 0);
    }
    masked += System.nanoTime() - end;
  }
}
