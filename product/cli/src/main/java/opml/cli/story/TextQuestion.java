package opml.cli.story;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import opml.cli.console.Amounts;
import opml.game.work.Work;
import opml.llm.tape.TextAnswer;

/// How a text goes on.
///
/// @param prompt its beginning
/// @param tokens that are asked for
record TextQuestion(String prompt, int tokens) implements Question {
  /// Characters of an answer's end that are shown.
  private static final int SHOWN = 60;

  @Override
  public String asked() {
    return "asks how \"%s\" goes on, by %d tokens".formatted(prompt, tokens);
  }

  @Override
  public String found(Work.Result result) {
    Optional<TextAnswer> answer = TextAnswer.read(result.output());
    return answer.isEmpty() || result.output().length == 0
        ? "runs the check over all tokens at once: it fails"
        : "finds that the check passes: \"%s\", final state %s"
            .formatted(end(answer.get()), Amounts.brief(result.finalState()));
  }

  private static String end(TextAnswer answer) {
    String text = new String(answer.text(), UTF_8).strip().replaceAll("\\s+", " ");
    return text.length() <= SHOWN ? text : "… " + text.substring(text.length() - SHOWN);
  }
}
