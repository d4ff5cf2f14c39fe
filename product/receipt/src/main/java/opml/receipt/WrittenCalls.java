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
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

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

  /// What is no text beside a call: blanks, the marks of models whose calls are read, what is left of objects and
  /// lists.
  private static final Pattern MARKS =
      Pattern.compile(
          "(?:\\s|</?tool_call>|\\[TOOL_CALLS]|\\[ARGS]|\\[CALL_ID]|<\\|python_tag\\|>|[\\[\\]{},;\uffff])*+");

  /// @param at where it begins in the rest
  /// @param end where it ends there
  private record Call(String name, JsonNode arguments, int at, int end) {}

  /// Calls that were found to be written, in their order, each in a place of its own.
  ///
  /// @param count how many
  /// @param around the texts before, between and behind them
  record Match(int count, List<String> around) {
    /// {@return whether a text is that around these calls, or a begin of it}
    boolean covers(String text) {
      return left(text).isPresent();
    }

    /// {@return whether a text and these calls are all that was written}
    boolean isAll(String text) {
      return left(text).filter(String::isEmpty).isPresent()
          && around.stream().noneMatch(piece -> piece.indexOf(CUT) >= 0);
    }

    /// {@return what is behind a text in that around the calls; nothing if it is another text} Blanks and marks beside
    /// a call are no text.
    private Optional<String> left(String text) {
      String shown = text;
      for (int i = 0; i < around.size(); i++) {
        String piece = around.get(i);
        if (i > 0) {
          piece = MARKS.matcher(piece).replaceFirst("");
          shown = shown.stripLeading();
        }
        int same = 0;
        while (same < Math.min(piece.length(), shown.length())
            && piece.charAt(same) == shown.charAt(same)) {
          same++;
        }
        String left = piece.substring(same);
        shown = shown.substring(same);
        if (!MARKS.matcher(left).matches()) {
          return shown.isEmpty() ? Optional.of(left) : Optional.empty();
        }
      }
      return shown.isEmpty() ? Optional.of("") : Optional.empty();
    }
  }

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
      int length = (int) (parser.currentLocation().getCharOffset() - from);
      if (arguments.isMissingNode()) {
        // It may be the arguments of a call, too.
        calls.add(
            new Call(
                object.get("name").asText(),
                MAPPER.createObjectNode(),
                rest.length(),
                rest.length() + length));
        return begin;
      }
      String name = object.get("name").asText();
      calls.add(new Call(name, unquoted(arguments), rest.length(), rest.length() + 1));
      return begin + length;
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

  /// {@return how many of the calls that were shown, from the first on, were written here, one behind the other}: each
  /// as a whole one, or beside all whole ones as its name and right behind it its arguments, letter by letter. Where
  /// the text ends before they do, a begin of them may be shown.
  Match match(List<ShownCall> shown) {
    List<String> around = new ArrayList<>();
    int end = 0;
    for (ShownCall call : shown) {
      Optional<Span> found = next(call, end);
      if (found.isEmpty()) {
        break;
      }
      around.add(rest.substring(end, found.get().begin()));
      end = found.get().end();
    }
    around.add(rest.substring(end));
    return new Match(around.size() - 1, around);
  }

  /// {@return where a call stands behind a place}; as soon as may be, so that most is left for the next ones
  private Optional<Span> next(ShownCall call, int from) {
    return call.name().isEmpty()
        ? Optional.empty()
        : Stream.of(whole(call, from), quoted(call, from), bare(call, from))
            .flatMap(Optional::stream)
            .min(Comparator.comparingInt(Span::end));
  }

  /// A place in the rest.
  private record Span(int begin, int end) {}

  private Optional<Span> whole(ShownCall shown, int from) {
    JsonNode arguments = tree(shown.arguments());
    return calls.stream()
        .filter(call -> call.at >= from)
        .filter(call -> call.name.equals(shown.name()) && call.arguments.equals(arguments))
        .map(call -> new Span(call.at, call.end))
        .findFirst();
  }

  private Optional<Span> quoted(ShownCall shown, int from) {
    Matcher name = matcher(QUOTED, shown);
    for (int at = from; name.find(at); at = name.end()) {
      boolean hasGap = name.group("gap") != null;
      // Nothing is known of arguments that have not begun, or are a text that has no end.
      boolean isEmpty =
          hasGap
              ? name.end() == rest.length() || rest.charAt(name.end()) == '"'
              : rest.indexOf("{", name.end()) < 0;
      if (shown.arguments().isEmpty() && isEmpty) {
        return Optional.of(new Span(name.start(), rest.length()));
      }
      OptionalInt end = hasGap ? end(name.end(), shown.arguments()) : OptionalInt.empty();
      if (end.isPresent()) {
        return Optional.of(new Span(name.start(), end.getAsInt()));
      }
    }
    return Optional.empty();
  }

  private Optional<Span> bare(ShownCall shown, int from) {
    Matcher name = matcher(BARE, shown);
    for (int at = from; name.find(at); at = name.end()) {
      OptionalInt end = end(name.end(), shown.arguments());
      if (end.isPresent()) {
        return Optional.of(new Span(name.start(), end.getAsInt()));
      }
    }
    return Optional.empty();
  }

  private Matcher matcher(String form, ShownCall shown) {
    return Pattern.compile(form.formatted(Pattern.quote(shown.name()))).matcher(rest);
  }

  /// {@return where the object at a place ends, if it is this one, or ends with the text and begins with this}
  private OptionalInt end(int place, String shown) {
    if (shown.isEmpty() || place == rest.length() || rest.charAt(place) != '{') {
      return OptionalInt.empty();
    }
    int end = end(place);
    boolean isShown =
        end < 0
            ? rest.substring(place).startsWith(shown)
            : rest.substring(place, end).equals(shown);
    return isShown ? OptionalInt.of(end < 0 ? rest.length() : end) : OptionalInt.empty();
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
