package opml.lab.bench.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import opml.lab.bench.BenchException;
import opml.llm.session.Continuation;
import opml.llm.session.Drafter;
import opml.llm.session.Session;
import opml.llm.tape.Sampling;
import opml.llm.tokenizer.StreamDecoder;
import opml.llm.tokenizer.Tokenizer;

/// A text that somebody wants.
///
/// @param most tokens, at most
/// @param seed of draws; negative for the most likely tokens
record Wish(int[] prompt, int most, long seed) {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /// What came of it.
  ///
  /// @param first when the first part was there, in nanoseconds of the system's clock
  /// @param last when the last part was there
  record Heard(String text, long first, long last) {}

  private boolean isDrawn() {
    return seed >= 0;
  }

  String json(boolean isStream) {
    return "{\"prompt\":%s,\"max_tokens\":%d,\"stream\":%s,\"temperature\":%d%s}"
        .formatted(
            Arrays.toString(prompt),
            most,
            isStream,
            isDrawn() ? 1 : 0,
            isDrawn() ? ",\"top_k\":0,\"top_p\":1,\"min_p\":0,\"seed\":" + seed : "");
  }

  /// {@return the text in a line of an answer}
  static Optional<String> text(String line, String before) {
    if (!line.startsWith(before) || line.endsWith("[DONE]") || line.isBlank()) {
      return Optional.empty();
    }
    try {
      JsonNode text =
          MAPPER.readTree(line.substring(before.length())).path("choices").path(0).path("text");
      return text.isTextual() ? Optional.of(text.textValue()) : Optional.empty();
    } catch (IOException e) {
      throw new BenchException("no JSON: " + line, e);
    }
  }

  /// {@return the text that a session goes on with, token by token}
  String alone(Session session, Tokenizer tokenizer) {
    session.cut(0);
    session.choose(isDrawn() ? Sampling.drawn(seed) : Sampling.GREEDY);
    Continuation going = new Continuation(session.text(), most, Drafter.NONE, 0, prompt);
    StreamDecoder decoder = tokenizer.decoder(false);
    String _ = decoder.next(prompt[prompt.length - 1]);
    StringBuilder text = new StringBuilder();
    while (!going.isFull()) {
      session.step(going);
      if (going.said() > 0) {
        if (tokenizer.endsOfGeneration().contains(going.said(0))) {
          break;
        }
        text.append(decoder.next(going.said(0)));
      }
    }
    return text.append(decoder.end()).toString();
  }
}
