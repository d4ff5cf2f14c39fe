package opml.cli.command.text;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
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
import opml.cli.console.SamplingText;
import opml.cli.console.StopSignal;
import opml.cli.option.DraftOptions;
import opml.cli.option.EngineOptions;
import opml.cli.option.LanguageModelFile;
import opml.cli.option.PromptOptions;
import opml.cli.option.SamplingOptions;
import opml.core.codec.MalformedException;
import opml.core.codec.WholeFile;
import opml.core.hash.Keccak;
import opml.engine.plan.Team;
import opml.engine.run.Residence;
import opml.llm.model.LanguageModel;
import opml.llm.session.Drafter;
import opml.llm.session.Drafting;
import opml.llm.session.Session;
import opml.llm.session.SessionFile;
import opml.llm.session.TextEngine;
import opml.llm.tape.Sampling;
import opml.llm.tokenizer.StreamDecoder;
import opml.llm.tokenizer.Tokenizer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Goes on with a text.
@Command(
    name = "run",
    description = {
      "Goes on with a text as a language model would: with the most likely token each time, unless"
          + " an option asks for chance.",
      "Names of options are llama.cpp's. Threads, batches and kept prompts change no bit of what it"
          + " says."
    },
    footer = {
      "  opml run -m model.gguf -p 'Once upon a time'",
      "  opml run -m model.gguf -p 'Once upon a time' --temp 0.8 --seed 7",
      "  opml run -m model.gguf -p 'Is water wet? ' --grammar 'root ::= \"yes\" | \"no\"'",
      "  opml run -m model.gguf -f question.txt -n -1 -c 8192 \\",
      "      --prompt-cache question.kv",
      "  opml run -m stories15M.bin --tokenizer tokenizer.bin -p 'Once upon a time'"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class RunCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Option(
      names = {"-m", "--model"},
      required = true,
      paramLabel = "FILE",
      description =
          "The model: a GGUF file, a llama2.c checkpoint, or a folder as Hugging Face's models"
              + " are.")
  private Path file;

  @Mixin private PromptOptions prompt;

  @Option(
      names = {"-n", "--n-predict"},
      paramLabel = "N",
      defaultValue = "128",
      description =
          "Tokens to go on with, at most; -1 for as many as the context holds (default:"
              + " ${DEFAULT-VALUE}).")
  private int most;

  @Mixin private EngineOptions options;

  @Mixin private DraftOptions drafts;

  @Option(
      names = "--prompt-cache",
      paramLabel = "FILE",
      description =
          "Where what was computed of the prompt is kept, so that what the next prompt begins with"
              + " in the same way is not computed again.")
  private Optional<Path> kept;

  @Option(
      names = "--no-display-prompt",
      description = "Write what the model says alone, without the prompt before it.")
  private boolean hidesPrompt;

  @Option(
      names = "--logits-hash",
      description =
          "Write for each step, on the standard error: its number, the token, and Keccak-256 of the"
              + " bytes of all logits that it was chosen by. The text comes behind them.")
  private boolean hashes;

  @Mixin private SamplingOptions samplers;

  @Option(
      names = {"-no-cnv", "--no-conversation"},
      description = "No conversation, but one text that goes on: so it is without it, too.")
  @SuppressWarnings("UnusedVariable") // nothing is to be done for it
  private boolean noConversation;

  @Option(
      names = {"-st", "--single-turn"},
      description = "One prompt and its answer: so it is without it, too.")
  @SuppressWarnings("UnusedVariable") // nothing is to be done for it
  private boolean singleTurn;

  private Sampling sampling = Sampling.GREEDY;

  @Override
  public Integer call() {
    requireSane();
    if (sampling.temperature() > 0) {
      console.note("seed    %d".formatted(sampling.seed()));
    }
    String said = prompt.text();
    long begin = System.nanoTime();
    LanguageModel model = options.open(file);
    Tokenizer tokenizer = LanguageModelFile.tokenizer(file, model);
    int[] tokens = LanguageModelFile.tokens(tokenizer, said, prompt.name());
    int context = options.context(model);
    if (tokens.length > context - Math.min(Math.abs(most), 1)) {
      throw new Failure(
          "%s: %,d tokens, and the context of %,d has no room for them and an answer; --ctx-size gives more"
              .formatted(prompt.name(), tokens.length, context));
    }
    Optional<Team> own = options.ownTeam();
    Team team = own.orElseGet(Team::shared);
    // Nothing is claimed by what it says, so nothing is hashed; but what is kept is a certain
    // model's.
    Residence residence = kept.isPresent() ? Residence.AT_ONCE : Residence.WHEN_USED_AGAIN;
    TextEngine engine = options.ready(file, model, residence, team, console).engine();
    Drafting drafting = drafts.ready(engine, options, residence, team, console);
    Optional<SessionFile> cache = kept.map(engine::file);
    try (Session session = engine.open();
        Drafter drafter = drafting.open(engine);
        StopSignal _ = StopSignal.open()) {
      choose(session, tokens.length);
      drafter.choose(sampling);
      double loading = (System.nanoTime() - begin) / 1e9;
      Run run =
          new Run(
              session, tokenizer, new Writing(session, drafter, drafting.most(), tokens), tokens);
      run.toEnd(cache);
      run.show(model, said, loading);
    } finally {
      own.ifPresent(Team::close);
    }
    return 0;
  }

  private void choose(Session session, int promptTokens) {
    try {
      session.choose(sampling, promptTokens);
    } catch (IllegalArgumentException e) {
      throw new Failure("--" + e.getMessage(), e);
    }
  }

  private void requireSane() {
    Problems problems =
        new Problems()
            .when(
                most < -1,
                "--n-predict %d: expected is a number of tokens, or -1 for a full context"
                    .formatted(most));
    options.check(problems);
    drafts.check(problems);
    problems.of(() -> sampling = samplers.sampling(new Random())).of(this::requirePlace).fail();
  }

  private void requirePlace() {
    if (kept.isPresent()) {
      try {
        WholeFile.requireWritable(kept.get());
      } catch (IOException e) {
        throw new Failure("--prompt-cache " + Messages.at(kept.get(), e).getMessage(), e);
      }
    }
  }

  /// A run, from the prompt to its end.
  private final class Run {
    private final Session session;
    private final Tokenizer tokenizer;
    private final StreamDecoder decoder;
    private final int[] prompt;
    private final Writing writing;
    private final StringBuilder answer = new StringBuilder();
    private final StringBuilder held = new StringBuilder();
    private Writing.End end = Writing.End.INTERRUPTED;
    private Optional<String> unsaved = Optional.empty();
    private int known;
    private double reading;
    private double seconds;

    Run(Session session, Tokenizer tokenizer, Writing writing, int... prompt) {
      this.session = session;
      this.tokenizer = tokenizer;
      this.decoder = tokenizer.decoder(false);
      this.prompt = prompt;
      this.writing = writing;
    }

    void toEnd(Optional<SessionFile> cache) {
      known = cache.map(this::restore).orElse(0);
      for (int token : prompt) {
        String part = decoder.next(token);
        if (!hidesPrompt) {
          show(part);
        }
      }
      long begin = System.nanoTime();
      boolean isRead = writing.read();
      reading = (System.nanoTime() - begin) / 1e9;
      if (isRead) {
        cache.filter(_ -> known < prompt.length).ifPresent(this::save);
        begin = System.nanoTime();
        end = writing.write(most, tokenizer.endsOfGeneration()::contains, this::hear);
        seconds = (System.nanoTime() - begin) / 1e9;
      }
      say(decoder.end());
      console.part(held + "\n");
    }

    private int restore(SessionFile cache) {
      try {
        return switch (cache.restore(session, prompt)) {
          case SessionFile.Found.Nothing() -> 0;
          case SessionFile.Found.Beginning(int tokens) -> tokens;
          case SessionFile.Found.Unfit(String why) -> {
            console.note(
                "--prompt-cache %s: %s; it is made anew".formatted(kept.orElseThrow(), why));
            yield 0;
          }
        };
      } catch (MalformedException e) {
        throw new Failure("--prompt-cache " + e.getMessage(), e);
      } catch (IOException e) {
        throw new Failure("--prompt-cache " + Messages.at(kept.orElseThrow(), e).getMessage(), e);
      }
    }

    /// Whoever wants the answer gets it, whatever becomes of the file, and hears of that behind it.
    private void save(SessionFile cache) {
      try {
        cache.save(session);
      } catch (IOException e) {
        unsaved = Optional.of("--prompt-cache " + Messages.at(kept.orElseThrow(), e).getMessage());
      }
    }

    private boolean hear(int step, int token, boolean isEnd) {
      if (hashes) {
        byte[] logits = writing.logits().toArray(ValueLayout.JAVA_BYTE);
        console.note("%d %d %s".formatted(step, token, Keccak.hash(logits)));
      }
      return isEnd || say(decoder.next(token));
    }

    private boolean say(String part) {
      answer.append(part);
      return show(part);
    }

    /// Hashes and text may come to one terminal, where one would stand in the lines of the other.
    private boolean show(String part) {
      if (hashes) {
        held.append(part);
        return true;
      }
      return console.part(part);
    }

    /// Programs get the text as it is, people have read it.
    void show(LanguageModel model, String said, double loading) {
      unsaved.ifPresent(console::note);
      int count = writing.tokens().size();
      String meanwhile = kept.isPresent() ? "" : "; weights are read with the first tokens";
      console.note("load    %s%s".formatted(Amounts.seconds(loading), meanwhile));
      console.note(
          "prompt  %s, %s"
              .formatted(Amounts.seconds(reading), speed(prompt.length, known, reading)));
      console.note(
          "answer  %s, %s; end: %s"
              .formatted(Amounts.seconds(seconds), speed(count, 0, seconds), end));
      Map<String, @Nullable Object> fields =
          Json.object(
              "model",
              model.name(),
              "prompt",
              said,
              "promptTokens",
              prompt.length,
              "promptTokensKept",
              Math.min(known, prompt.length),
              "text",
              answer,
              "tokens",
              writing.tokens(),
              "temperature",
              sampling.temperature(),
              "end",
              end.name().toLowerCase(Locale.ROOT),
              "loadSeconds",
              loading,
              "promptSeconds",
              reading,
              "seconds",
              seconds);
      fields.putAll(new SamplingText(sampling).fields());
      fields.put("seed", sampling.seed());
      console.object(fields);
    }
  }

  private static String speed(int tokens, int known, double seconds) {
    int done = Math.max(0, tokens - known);
    String all = Amounts.count(tokens, "token");
    return (known == 0 ? all : "%s, %s of them kept".formatted(all, Amounts.count(tokens - done)))
        + (seconds > 0 ? ", %.1f tokens/s".formatted(done / seconds) : "");
  }
}
