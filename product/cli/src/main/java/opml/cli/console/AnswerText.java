package opml.cli.console;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import opml.kernels.transformer.Tape;
import opml.llm.tape.TextAnswer;
import org.jspecify.annotations.Nullable;

/// What a language model says on a tape. Its text may have been cut within a character.
public record AnswerText(String text, List<Integer> tokens, End end) {
  /// Why there is no more of an answer.
  public enum End {
    TOKEN("the model said that it is at its end"),
    LIMIT("as many as were asked for"),
    BAD_REQUEST("the request is none: its numbers do not fit the model"),
    BAD_TOKEN("the request has a token that the model does not know"),
    UNKNOWN("for an unknown reason");

    private final String words;

    End(String words) {
      this.words = words;
    }

    private static End of(int reason) {
      return switch (reason) {
        case Tape.ENDED -> TOKEN;
        case Tape.FULL -> LIMIT;
        case Tape.BAD_HEADER -> BAD_REQUEST;
        case Tape.BAD_TOKEN -> BAD_TOKEN;
        default -> UNKNOWN; // whoever claimed it may have written anything
      };
    }

    @Override
    public String toString() {
      return words;
    }
  }

  public AnswerText {
    tokens = List.copyOf(tokens);
  }

  public static AnswerText of(TextAnswer answer) {
    return new AnswerText(
        new String(answer.text(), StandardCharsets.UTF_8),
        Arrays.stream(answer.tokens()).boxed().toList(),
        End.of(answer.reason()));
  }

  /// {@return the fields that programs get of it}
  public Map<String, @Nullable Object> fields() {
    return Json.object("text", text, "tokens", tokens, "end", end.name().toLowerCase(Locale.ROOT));
  }

  @Override
  public String toString() {
    String told = "answer of %s, %s".formatted(Amounts.count(tokens.size(), "token"), end);
    return text.isEmpty() ? told : told + ":\n" + text;
  }
}
