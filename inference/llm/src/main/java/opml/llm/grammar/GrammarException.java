package opml.llm.grammar;

import java.io.Serial;

/// A grammar or a schema that is none, or that there is no table for. The message names the place.
public final class GrammarException extends IllegalArgumentException {
  @Serial private static final long serialVersionUID = 1;

  GrammarException(String message) {
    super(message);
  }
}
