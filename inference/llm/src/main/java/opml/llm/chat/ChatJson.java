package opml.llm.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import opml.llm.template.Datum;

/// Messages, tools and whatever else a template is told, from JSON.
public final class ChatJson {
  private ChatJson() {}

  /// {@return a value of JSON as templates have it}; whole numbers of more than 64 bits are real ones
  public static Datum datum(JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING -> Datum.of(node.textValue());
      case BOOLEAN -> Datum.of(node.booleanValue());
      case NUMBER ->
          node.isIntegralNumber() && node.canConvertToLong()
              ? Datum.of(node.longValue())
              : new Datum.Real(node.doubleValue());
      case ARRAY -> {
        List<Datum> items = new ArrayList<>();
        node.forEach(item -> items.add(datum(item)));
        yield Datum.list(items);
      }
      case OBJECT, POJO -> Datum.map(entries(node));
      case NULL, MISSING, BINARY -> Datum.NONE;
    };
  }

  /// {@return the entries of an object}
  public static Map<String, Datum> entries(JsonNode object) {
    Map<String, Datum> entries = new LinkedHashMap<>();
    object.properties().forEach(entry -> entries.put(entry.getKey(), datum(entry.getValue())));
    return entries;
  }
}
