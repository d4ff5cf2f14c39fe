package opml.cli.command.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.cli.console.Problems;
import opml.cli.console.StopSignal;
import opml.cli.option.ChatTemplateOption;
import opml.cli.option.EngineOptions;
import opml.cli.option.LanguageModelFile;
import opml.cli.option.SamplingOptions;
import opml.core.codec.MalformedException;
import opml.engine.plan.Team;
import opml.llm.chat.ChatTemplate;
import opml.llm.model.LanguageModel;
import opml.llm.session.Drafting;
import opml.llm.session.RepeatDrafter;
import opml.llm.session.Session;
import opml.llm.tape.Sampling;
import opml.llm.template.TemplateException;
import opml.llm.tokenizer.StreamDecoder;
import opml.llm.tokenizer.Tokenizer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Talks with a model.
@Command(
    name = "chat",
    description = {
      "Talks with a language model, by the template that its file has for conversations.",
      "Each line of the standard input is said to it; one that ends with \\ goes on in the next."
          + " /clear forgets what was said, /save FILE keeps it, /load FILE goes on with it, /quit"
          + " ends, as the end of the input does."
    },
    footer = {
      "  opml chat -m model.gguf",
      "  opml chat -m model.gguf --system 'Answer in one sentence.'",
      "  echo 'Who are you?' | opml chat -m stories.bin --chat-template chatml -n 50"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ChatCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Option(
      names = {"-m", "--model"},
      required = true,
      paramLabel = "FILE",
      description =
          "The model: a GGUF file, a llama2.c checkpoint, or a folder as Hugging Face's models"
              + " are.")
  private Path file;

  @Mixin private ChatTemplateOption template;

  @Option(
      names = {"-sys", "--system", "--system-prompt"},
      paramLabel = "TEXT",
      description = "What the model is told before everything else.")
  private Optional<String> system;

  @Option(
      names = {"-n", "--n-predict"},
      paramLabel = "N",
      defaultValue = "-1",
      description =
          "Tokens of an answer, at most; -1 for as many as the context holds (default:"
              + " ${DEFAULT-VALUE}).")
  private int most;

  @Mixin private EngineOptions options;

  @Mixin private SamplingOptions samplers;

  private Sampling sampling = Sampling.GREEDY;

  @Override
  public Integer call() {
    Problems problems = new Problems().of(() -> sampling = samplers.sampling(new Random()));
    options.check(problems);
    problems
        .when(
            most < -1,
            "--n-predict %d: expected is a number of tokens, or -1 for a full context"
                .formatted(most))
        .fail();
    if (sampling.temperature() > 0) {
      console.note("seed    %d".formatted(sampling.seed()));
    }
    LanguageModel model = options.open(file);
    Optional<Team> own = options.ownTeam();
    try {
      // Before the weights are read, which may take long.
      ChatTemplate found =
          template
              .find(file, model, LanguageModelFile.tokenizer(file, model))
              .orElseThrow(
                  () ->
                      new Failure(
                          "--model %s: it has no template for conversations; --chat-template names one"
                              .formatted(file)));
      requireTokens(model);
      EngineOptions.Ready ready = options.ready(file, model, own.orElseGet(Team::shared), console);
      try (Session session = ready.engine().open()) {
        new Conversation(session, found, ready.tokenizer()).toEnd();
      }
    } finally {
      own.ifPresent(Team::close);
    }
    return 0;
  }

  private void requireTokens(LanguageModel model) {
    try {
      sampling.requireTokens(model.hyperparameters().vocabulary());
    } catch (IllegalArgumentException e) {
      throw new Failure("--" + e.getMessage(), e);
    }
  }

  /// A conversation, from the first line to the end of the input.
  private final class Conversation {
    private final Session session;
    private final ChatTemplate template;
    private final Tokenizer tokenizer;
    private final BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    private final boolean isTerminal =
        Optional.ofNullable(System.console()).filter(found -> found.isTerminal()).isPresent();
    private ChatHistory history = ChatHistory.begin(system);

    Conversation(Session session, ChatTemplate template, Tokenizer tokenizer) {
      this.session = session;
      this.template = template;
      this.tokenizer = tokenizer;
    }

    void toEnd() {
      if (isTerminal) {
        console.note("/quit ends, /clear forgets what was said, /save FILE and /load FILE keep it");
      }
      for (Optional<String> said = line(); said.isPresent(); said = line()) {
        String words = said.get();
        if (words.startsWith("/")) {
          String[] parts = words.strip().split("\\s+", 2);
          if (parts[0].equals("/quit")) {
            return;
          }
          obey(parts[0], parts.length == 2 ? Optional.of(parts[1]) : Optional.empty());
        } else if (!words.isBlank() && !answer(words)) {
          return;
        }
      }
    }

    /// {@return what is said next, without the last line end; nothing at the end of the input}
    private Optional<String> line() {
      if (isTerminal) {
        console.part("> ");
      }
      StringBuilder said = new StringBuilder();
      try {
        @Nullable String line = lines.readLine();
        if (line == null) {
          return Optional.empty();
        }
        while (line != null && line.endsWith("\\")) {
          said.append(line, 0, line.length() - 1).append('\n');
          line = lines.readLine();
        }
        return Optional.of(said.append(line == null ? "" : line).toString());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void obey(String order, Optional<String> argument) {
      switch (order) {
        case "/clear" -> history = ChatHistory.begin(system);
        case "/save" ->
            withFile(
                order,
                argument,
                place -> {
                  history.save(place);
                  console.note("%s: %s".formatted(place, Amounts.count(history.size(), "message")));
                });
        case "/load" ->
            withFile(
                order,
                argument,
                place -> {
                  history = ChatHistory.load(place);
                  console.note("%s: %s".formatted(place, Amounts.count(history.size(), "message")));
                });
        default ->
            console.note(
                "%s: there are /quit, /clear, /save FILE and /load FILE"
                    .formatted(Messages.oneLine(order)));
      }
    }

    /// What went wrong with a file is said, and the conversation goes on.
    private void withFile(String order, Optional<String> argument, FileUse use) {
      if (argument.isEmpty()) {
        console.note(order + ": expected is the name of a file");
        return;
      }
      Path place = Path.of(argument.get());
      try {
        use.on(place);
      } catch (MalformedException e) {
        console.note("%s %s".formatted(order, e.getMessage()));
      } catch (IOException e) {
        console.note("%s %s".formatted(order, Messages.at(place, e).getMessage()));
      }
    }

    /// {@return whether the conversation goes on}
    private boolean answer(String words) {
      ChatHistory asked = history.with("user", words);
      int[] prompt;
      try {
        prompt = template.tokens(template.text(asked.messages(), Map.of(), now()));
      } catch (TemplateException e) {
        console.note("the model's template for conversations: " + e.getMessage());
        return true;
      }
      if (prompt.length == 0 || prompt.length >= session.context()) {
        console.note(
            ("the conversation has %s, and the context of %,d no room for an answer;"
                    + " /clear forgets it, --ctx-size gives more")
                .formatted(Amounts.count(prompt.length, "token"), session.context()));
        return true;
      }
      try (StopSignal _ = StopSignal.open()) {
        return new Answer(asked, prompt).toEnd();
      }
    }

    /// Who talks with a model has the time of the place where they sit.
    private static ZonedDateTime now() {
      return ZonedDateTime.now(ZoneId.systemDefault());
    }

    private final class Answer {
      private final ChatHistory asked;
      private final int[] prompt;
      private final Writing writing;
      private final StreamDecoder decoder = tokenizer.decoder(false);
      private final StringBuilder text = new StringBuilder();

      Answer(ChatHistory asked, int... prompt) {
        this.asked = asked;
        this.prompt = prompt;
        this.writing =
            new Writing(session, RepeatDrafter.INSTANCE, Drafting.REPEATS.most(), prompt);
        // What comes is the middle of a text, whose first space is its own.
        decoder.next(prompt[prompt.length - 1]);
      }

      boolean toEnd() {
        session.choose(sampling, prompt.length);
        int kept = session.cutTo(prompt);
        if (!writing.read()) {
          return false;
        }
        Writing.End end =
            writing.write(
                most,
                tokenizer.endsOfGeneration()::contains,
                (_, token, isEnd) -> isEnd || say(decoder.next(token)));
        say(decoder.end());
        console.part("\n");
        if (end == Writing.End.CONTEXT) {
          console.note("the context of %,d is full".formatted(session.context()));
        }
        history = asked.with("assistant", text.toString());
        console.object(
            Json.object(
                "text",
                text,
                "promptTokens",
                prompt.length,
                "promptTokensKept",
                kept,
                "tokens",
                writing.tokens(),
                "end",
                end.name().toLowerCase(Locale.ROOT)));
        return end != Writing.End.INTERRUPTED;
      }

      private boolean say(String part) {
        text.append(part);
        return console.part(part);
      }
    }
  }

  /// What is done with a file.
  @FunctionalInterface
  private interface FileUse {
    void on(Path file) throws IOException;
  }
}
