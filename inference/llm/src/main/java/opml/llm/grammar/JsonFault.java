package opml.llm.grammar;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;

/// What is wrong with a text that should be JSON, and where: for people who know nothing of the library that reads it.
public final class JsonFault {
  private static final String TWICE = "Duplicate";

  private JsonFault() {}

  /// {@return the line and the column, both from 1 on, and what is expected there}
  public static String of(JacksonException e) {
    JsonLocation at = e.getLocation();
    return at == null || at.getLineNr() < 1
        ? what(e)
        : "line %d, column %d: %s".formatted(at.getLineNr(), at.getColumnNr(), what(e));
  }

  private static String what(JacksonException e) {
    if (String.valueOf(e.getOriginalMessage()).startsWith(TWICE)) {
      return "a name stands there for the second time";
    }
    return switch (e) {
      case StreamConstraintsException _ -> "it is too long, or too deep in itself";
      case JsonEOFException _ -> "expected is more, and it ends";
      case MismatchedInputException _ -> "expected is one value, and nothing behind it";
      default -> "expected is JSON, with names and texts in double quotes";
    };
  }
}
