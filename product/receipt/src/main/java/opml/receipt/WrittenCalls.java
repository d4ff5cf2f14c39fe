package opml.receipt;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The calls of tools in a text that a model has written, by what all models' forms have in common: an object with a
/// name and arguments, or arguments behind a name. Which marks stand around them does not matter here.
final class WrittenCalls {
  private static final ObjectMapper MAPPER =
      new ObjectMapper(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /// Of an object with more text behind it.
  private static final ObjectReader OBJECTS =
      MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /// A name as an object has it, and what is between that and the arguments.
  private static final String QUOTED =
      "\"name\"\\s*+:\\s*+\"%s\"(?<gap>\\s*+,\\s*+\"(?:arguments|parameters)\"\\s*+:\\s*+)?";

  /// A bare name, with Mistral's marks behind it.
  private static final String BARE =
      "(?<![\\w.-])%s\\s*+(?:\\[CALL_ID]\\s*+\\w*+\\s*+)?(?:\\[ARGS]\\s*+)?(?=\\{)";

  /// Stands in the rest for a whole call, so that what is around it is not one text.
  private static final char CUT = '\uffff';

  private record Call(String name, JsonNode arguments) {}

  /// Whole calls.
  private final List<Call> calls = new ArrayList<>();

  /// What is none of them.
  private final StringBuilder rest = new StringBuilder();

  private WrittenCalls() {}

  static WrittenCalls of(String text) {
    WrittenCalls found = new WrittenCalls();
    char[] letters = text.toCharArray();
    int at = 0;
    while (at < letters.length) {
      int end = letters[at] == '{' ? found.add(letters, at) : at;
      found.rest.append(end == at ? letters[at] : CUT);
      at = Math.max(end, at + 1);
    }
    return found;
  }

  /// {@return where the call that begins at a place ends; that place if none does}
  private int add(char[] letters, int begin) {
    try (JsonParser parser = MAPPER.createParser(letters, begin, letters.length - begin)) {
      long from = parser.currentLocation().getCharOffset();
      JsonNode object = OBJECTS.readTree(parser);
      JsonNode arguments =
          object.has("arguments") ? object.get("arguments") : object.path("parameters");
      if (!object.path("name").isTextual()) {
        return begin;
      }
      if (arguments.isMissingNode()) {
        // It may be the arguments of a call, too.
        calls.add(new Call(object.get("name").asText(), MAPPER.createObjectNode()));
        return begin;
      }
      calls.add(new Call(object.get("name").asText(), unquoted(arguments)));
      return begin + (int) (parser.currentLocation().getCharOffset() - from);
    } catch (IOException e) {
      return begin;
    }
  }

  /// Some models write the arguments as a text that is JSON.
  private static JsonNode unquoted(JsonNode arguments) {
    return arguments.isTextual() ? tree(arguments.textValue()) : arguments;
  }

  private static JsonNode tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (IOException e) {
      return MAPPER.getNodeFactory().textNode(json);
    }
  }

  /// {@return whether a call that was shown was written here}: as a whole one, or beside all whole ones as its name and
  /// right behind it its arguments, letter by letter. Where the text ends before they do, a begin of them may be shown.
  boolean have(ShownCall shown) {
    return !shown.name().isEmpty()
        && (calls.contains(new Call(shown.name(), tree(shown.arguments())))
            || hasQuoted(shown)
            || hasBare(shown));
  }

  private boolean hasQuoted(ShownCall shown) {
    Matcher name = matcher(QUOTED, shown);
    while (name.find()) {
      boolean hasGap = name.group("gap") != null;
      // Nothing is known of arguments that have not begun, or are a text that has no end.
      boolean isEmpty =
          hasGap
              ? name.end() == rest.length() || rest.charAt(name.end()) == '"'
              : rest.indexOf("{", name.end()) < 0;
      if (shown.arguments().isEmpty() ? isEmpty : hasGap && isAt(name.end(), shown.arguments())) {
        return true;
      }
    }
    return false;
  }

  private boolean hasBare(ShownCall shown) {
    Matcher name = matcher(BARE, shown);
    while (name.find()) {
      if (!shown.arguments().isEmpty() && isAt(name.end(), shown.arguments())) {
        return true;
      }
    }
    return false;
  }

  private Matcher matcher(String form, ShownCall shown) {
    return Pattern.compile(form.formatted(Pattern.quote(shown.name()))).matcher(rest);
  }

  /// {@return whether an object at a place is this one}
  private boolean isAt(int place, String shown) {
    if (place == rest.length() || rest.charAt(place) != '{') {
      return false;
    }
    int end = end(place);
    return end < 0
        ? rest.substring(place).startsWith(shown)
        : rest.substring(place, end).equals(shown);
  }

  /// {@return where an object ends, be it right or wrong inside; less than nothing if it does not}
  private int end(int begin) {
    int depth = 0;
    boolean inString = false;
    for (int i = begin; i < rest.length(); i++) {
      char c = rest.charAt(i);
      if (inString && c == '\\') {
        i++;
      } else if (c == '"') {
        inString = !inString;
      } else if (!inString && (c == '{' || c == '[')) {
        depth++;
      } else if (!inString && (c == '}' || c == ']')) {
        depth--;
        if (depth == 0) {
          return i + 1;
        }
      }
    }
    return -1;
  }
}
