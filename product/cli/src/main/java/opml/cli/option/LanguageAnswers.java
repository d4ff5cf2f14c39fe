package opml.cli.option;

import java.util.Optional;
import opml.cli.console.AnswerText;
import opml.cli.console.Failure;
import opml.engine.plan.Team;
import opml.game.work.Workshop.Progress;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.TextLimits;
import opml.llm.forward.VocabularyTable;
import opml.llm.model.LanguageModel;
import opml.llm.session.Session;
import opml.llm.session.TextEngine;
import opml.llm.session.Writer;
import opml.llm.tape.Sampling;
import opml.llm.tape.TextAnswer;
import opml.llm.tape.TextRequest;
import opml.llm.tokenizer.Tokenizer;
import opml.proof.Answers;
import opml.twins.Twins;
import org.jspecify.annotations.Nullable;

/// A language model as requesters and agents use it: prompts become requests, what stands on a tape becomes a text, and
/// answers are found by a session, which is opened when the first is wanted and kept.
public final class LanguageAnswers implements Answers {
  /// Tokens of an answer that a requester did not think about.
  private static final int TOKENS = 128;

  /// Tokens of an answer that nobody asked for.
  private static final int WARMING = 8;

  private final LanguageModel language;
  private final TextLimits limits;
  private final Writer writer;
  private @Nullable Session session;

  LanguageAnswers(LanguageModel language, TextLimits limits) {
    this.language = language;
    this.limits = limits;
    VocabularyTable vocabulary = VocabularyTable.of(language);
    this.writer = new Writer(limits, vocabulary, CheckGraph.answerBytes(limits, vocabulary));
  }

  public LanguageModel language() {
    return language;
  }

  public TextLimits limits() {
    return limits;
  }

  /// Reads the weights, and answers something, so that the first who asks does not wait for it, and does not find out
  /// that there is no memory for it.
  public void makeReady() {
    int most = Math.min(WARMING, Math.min(limits.capacity(), limits.context() - 1));
    byte[] _ = to(new TextRequest(new int[] {0}, most).encode(limits), (_, _) -> {});
  }

  @Override
  public synchronized byte[] to(byte[] input, Progress progress) {
    Session open = session;
    if (open == null) {
      open = open();
      session = open;
    }
    return writer.answer(open, input, _ -> {});
  }

  @Override
  public boolean leaveNothing() {
    return true; // so CheckGraph has it
  }

  private Session open() {
    int rows = Math.min(TextEngine.ROWS, limits.context());
    return TextEngine.of(
            language,
            limits.context(),
            limits.cacheType(),
            rows,
            Twins.provider(),
            Team.shared(),
            _ -> {})
        .open();
  }

  /// {@return the bytes of a request}
  ///
  /// @param tokens of the answer, at most; as many as there is room for, up to 128, if nobody says
  /// @param sampling how they are chosen
  /// @param name what errors call the prompt
  /// @throws Failure if the model has no tokenizer, or the request is too long for it
  public byte[] request(String prompt, Optional<Integer> tokens, Sampling sampling, String name) {
    Tokenizer tokenizer =
        language
            .tokenizer()
            .orElseThrow(
                () -> new Failure(name + ": there is no tokenizer beside the model's file"));
    int[] ids = LanguageModelFile.tokens(tokenizer, prompt, name);
    int room = Math.min(limits.capacity(), limits.context() - ids.length);
    if (room < 1) {
      throw new Failure(
          "%s: %,d tokens, and the model's context of %,d has no room for an answer"
              .formatted(name, ids.length, limits.context()));
    }
    int limit = tokens.orElse(Math.min(TOKENS, room));
    if (limit < 1 || limit > room) {
      throw new Failure(
          "--tokens %d: expected are 1 to %d, behind a prompt of %d"
              .formatted(limit, room, ids.length));
    }
    try {
      sampling.requireTokens(language.hyperparameters().vocabulary());
      return new TextRequest(ids, limit, sampling).encode(limits);
    } catch (IllegalArgumentException e) {
      throw new Failure("--" + e.getMessage(), e);
    }
  }

  /// {@return what stands on a tape, if it has the form of an answer}
  public Optional<AnswerText> read(byte[] output) {
    return TextAnswer.read(output).map(AnswerText::of);
  }
}
