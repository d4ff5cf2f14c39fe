package opml.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.Optional;

/// Reads one call of a tool, character by character: a JSON object with `name`, and with `arguments` or `parameters`.
/// The arguments are passed on as they come, once the name is known.
///
/// What is no such object is found out late or never, as far as only its arguments are wrong: a model may write
/// anything, and who calls tools has to look at what he is given anyway.
final class CallReader {
  private final StringBuilder raw = new StringBuilder();
  private int depth;
  private boolean inString;
  private boolean isEscaped;
  private int stringFrom;
  private String key = "";
  private boolean isValue;
  private int valueFrom = -1;
  private Optional<String> name;
  private final boolean isArgumentsOnly;

  /// Where the arguments that have not been passed on begin.
  private int argumentsFrom = -1;

  private int argumentsTo = -1;

  /// Whether the arguments are a text that is JSON, as some models write it.
  private boolean isText;

  private boolean isEnded;

  private CallReader(Optional<String> name) {
    this.name = name;
    this.isArgumentsOnly = name.isPresent();
    if (isArgumentsOnly) {
      argumentsFrom = 0;
    }
  }

  /// {@return one for an object that has all of a call}
  static CallReader ofCall() {
    return new CallReader(Optional.empty());
  }

  /// {@return one for an object that is the arguments of a call}
  static CallReader ofArguments(String name) {
    return new CallReader(Optional.of(name));
  }

  /// {@return the called tool's name, once it has come}
  Optional<String> name() {
    return name;
  }

  /// {@return all that was read}
  String raw() {
    return raw.toString();
  }

  /// {@return whether the object is at its end}
  boolean isEnded() {
    return isEnded;
  }

  /// Takes the next character; the first one is a `{`.
  void take(char c) {
    raw.append(c);
    if (inString) {
      takeInString(c);
    } else if (!Character.isWhitespace(c)) {
      takeOutside(c);
    }
    if (isEnded && isArgumentsOnly) {
      argumentsTo = raw.length();
    }
  }

  private void takeInString(char c) {
    if (isEscaped) {
      isEscaped = false;
    } else if (c == '\\') {
      isEscaped = true;
    } else if (c == '"') {
      inString = false;
      if (depth == 1 && !isValue) {
        key = unquoted(raw.substring(stringFrom));
      }
    }
  }

  private void takeOutside(char c) {
    int at = raw.length() - 1;
    if (isValue && valueFrom < 0 && depth == 1) {
      beginValue(at);
    }
    switch (c) {
      case '"' -> {
        inString = true;
        stringFrom = at;
      }
      case '{', '[' -> depth++;
      case '}', ']' -> {
        depth--;
        if (depth == 0) {
          endValue(at);
          isEnded = true;
        }
      }
      case ':' -> isValue |= depth == 1;
      case ',' -> {
        if (depth == 1) {
          endValue(at);
        }
      }
      default -> {}
    }
  }

  private boolean isArguments() {
    return key.equals("arguments") || key.equals("parameters");
  }

  private void beginValue(int at) {
    valueFrom = at;
    if (!isArgumentsOnly && isArguments() && argumentsFrom < 0) {
      argumentsFrom = at;
      isText = raw.charAt(at) == '"';
    }
  }

  private void endValue(int at) {
    if (!isArgumentsOnly && valueFrom >= 0) {
      if (isArguments() && argumentsTo < 0) {
        argumentsTo = at;
      } else if (key.equals("name") && name.isEmpty()) {
        name = Optional.of(unquoted(raw.substring(valueFrom, at)));
      }
    }
    isValue = false;
    valueFrom = -1;
  }

  private static String unquoted(String json) {
    try {
      return ApiBody.MAPPER.readTree(json.strip()).asText();
    } catch (JsonProcessingException e) {
      return json;
    }
  }

  /// {@return what has come of the arguments and was not passed on yet}; of a call whose name has not come, nothing
  String arguments() {
    if (name.isEmpty() || argumentsFrom < 0 || argumentsFrom >= raw.length()) {
      return "";
    }
    if (isText && argumentsTo < 0) {
      return "";
    }
    int to = argumentsTo < 0 ? raw.length() : argumentsTo;
    while (to > argumentsFrom && !inString && Character.isWhitespace(raw.charAt(to - 1))) {
      to--;
    }
    String more = to <= argumentsFrom ? "" : raw.substring(argumentsFrom, to);
    argumentsFrom = Math.max(argumentsFrom, argumentsTo < 0 ? to : raw.length());
    return isText ? unquoted(more) : more;
  }

  /// {@return whether arguments have begun}
  boolean hasArguments() {
    return argumentsFrom >= 0;
  }
}
