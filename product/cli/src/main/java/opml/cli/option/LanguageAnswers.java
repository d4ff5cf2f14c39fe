package opml.cli.option;

import java.util.Optional;
import opml.cli.console.AnswerText;
import opml.cli.console.Failure;
import opml.game.work.Workshop.Progress;
import opml.llm.forward.TextLimits;
import opml.llm.model.LanguageModel;
import opml.llm.session.Answerer;
import opml.llm.tape.Sampling;
import opml.llm.tape.TextAnswer;
import opml.llm.tape.TextRequest;
import opml.llm.tokenizer.Tokenizer;
import opml.proof.Answers;
import opml.twins.Twins;

/// A language model as requesters and agents use it: prompts become requests, what stands on a tape becomes a text, and
/// answers are found by a session, which is opened when the first is wanted and kept.
public final class LanguageAnswers implements Answers {
  /// Tokens of an answer that a requester did not think about.
  private static final int TOKENS = 128;

  /// Tokens of an answer that nobody asked for.
  private static final int WARMING = 8;

  private final LanguageModel language;
  private final TextLimits limits;
  private final Answerer answerer;

  LanguageAnswers(LanguageModel language, TextLimits limits) {
    this.language = language;
    this.limits = limits;
    this.answerer = new Answerer(language, limits, Twins.provider());
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

  /// {@return the bytes outside of Java's heap that answering takes, besides the weights}
  public long sessionBytes() {
    return answerer.sessionBytes();
  }

  @Override
  public byte[] to(byte[] input, Progress progress) {
    return answerer.answer(input);
  }

  @Override
  public boolean leaveNothing() {
    return true; // so CheckGraph has it
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
                () -> Failure.misuse(name + ": there is no tokenizer beside the model's file"));
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
