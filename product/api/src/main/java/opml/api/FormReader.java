package opml.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import opml.llm.grammar.Grammar;
import opml.llm.grammar.GrammarException;

/// Reads which form an answer must have: JSON, JSON that a schema describes, or llama.cpp's grammars. The grammar keeps
/// every token to it, so that an answer that is not cut off has the form.
final class FormReader {
  /// Grammars that are made at once: the most hostile ones take a second, and some hundred megabytes.
  private static final Semaphore MAKERS =
      new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), true);

  /// Whoever waits for longer is refused, since those who wait here are in no queue that is bounded.
  private static final int MOST_SECONDS = 10;

  private final ApiBody body;

  FormReader(ApiBody body) {
    this.body = body;
  }

  /// {@return the texts that there may be}
  ///
  /// @throws ApiException if a form is none, or not one that can be kept to
  Grammar read() {
    Grammar form = body.find("response_format").map(FormReader::format).orElse(Grammar.ANY);
    String written = body.text("grammar").orElse("");
    if (written.isEmpty()) {
      return form;
    }
    if (!form.isAny()) {
      throw ApiException.invalid("grammar", "Invalid 'grammar': 'response_format' is another one.");
    }
    return made("grammar", () -> Grammar.ofGbnf(written));
  }

  private static Grammar format(JsonNode format) {
    ApiBody.require(format.isObject(), "response_format", "an object", format);
    String type = format.path("type").asText();
    return switch (type) {
      case "text" -> Grammar.ANY;
      case "json_object" -> Grammar.ofJsonObjects();
      case "json_schema" -> {
        JsonNode schema = format.path("json_schema").path("schema");
        String place = "response_format.json_schema.schema";
        ApiBody.require(schema.isObject(), place, "an object", schema);
        yield made(place, () -> Grammar.ofJsonSchema(schema));
      }
      default ->
          throw ApiException.invalid(
              "response_format.type",
              "Invalid value: '%s'. Supported values are: 'text', 'json_object' and 'json_schema'."
                  .formatted(type));
    };
  }

  /// Makes a grammar of what a client has written.
  @FunctionalInterface
  interface Making {
    Grammar make();
  }

  /// {@return a grammar that was made of a field}
  ///
  /// @throws ApiException if there is none of that field, or too many others are made
  static Grammar made(String field, Making making) {
    await();
    try {
      return making.make();
    } catch (GrammarException e) {
      throw ApiException.invalid(field, "Invalid '%s': %s.".formatted(field, e.getMessage()));
    } finally {
      MAKERS.release();
    }
  }

  private static void await() {
    try {
      if (!MAKERS.tryAcquire(MOST_SECONDS, TimeUnit.SECONDS)) {
        throw ApiException.busy();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw ApiException.unavailable("The server ends.");
    }
  }
}
