package opml.cli.command.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import opml.api.ApiServer;
import opml.api.ApiSettings;
import opml.api.ServedModel;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.cli.console.Problems;
import opml.cli.console.StopSignal;
import opml.cli.option.ChatTemplateOption;
import opml.cli.option.DraftOptions;
import opml.cli.option.EngineOptions;
import opml.cli.option.LanguageModelFile;
import opml.cli.option.ReceiptOptions;
import opml.core.account.Address;
import opml.engine.plan.Team;
import opml.engine.run.Residence;
import opml.ethereum.key.TypedDomain;
import opml.ethereum.key.Wallet;
import opml.llm.model.Fingerprint;
import opml.llm.model.LanguageModel;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Serves models by OpenAI's API.
@Command(
    name = "api",
    description = {
      "Answers programs that know OpenAI's API, with language models of this machine.",
      "What is said depends on the request alone, and each answer has a signed receipt, by which anybody can compute it"
          + " again ('opml receipt check'). It runs until Ctrl-C.",
      "The same request has the same answer, byte for byte. The most likely token is said each time, unless the request"
          + " has one of temperature, seed, top_k, top_p, min_p, typical_p: then tokens are drawn as 'opml run' and"
          + " llama.cpp draw them, at temperature 0.8 with top_k 40, top_p 0.95 and min_p 0.05 where it does not say,"
          + " and by seed 0 where it names none; temperature 0 is the most likely token again.",
      "It answers at /v1/completions, /v1/chat/completions, /v1/responses, /v1/embeddings and"
          + " /v1/models; as llama.cpp's server does at /tokenize, /detokenize, /health and"
          + " /metrics; and at / with a page to talk."
    },
    footer = {
      "  opml api -m model.gguf",
      "  opml api -m one.gguf -m two.gguf --host 0.0.0.0 --api-key-file api.key",
      "  opml api -m model.gguf --key-file keys/server.key --deployment deployment.json",
      "  curl http://127.0.0.1:8080/v1/completions \\",
      "      -H 'Content-Type: application/json' \\",
      "      -d '{\"prompt\": \"Once upon a time\", \"max_tokens\": 30}'"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ApiCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int MOST_PARALLEL = 1_024;
  private static final int MOST_WAITING = 100_000;
  private static final int LEAST_KEY = 16;

  @Mixin private Console console;

  @Option(
      names = {"-m", "--model"},
      required = true,
      paramLabel = "FILE",
      description =
          "A model: a GGUF file, a llama2.c checkpoint, or a folder as Hugging Face's models are. Once for each; its"
              + " name is the file's without the ending, and its weights are read when it is first asked for.")
  private List<Path> files;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      defaultValue = "127.0.0.1",
      description =
          "Where to listen; elsewhere than on this machine's own addresses a key is needed"
              + " (default: ${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8080",
      description = "The port to listen on; 0 for any that is free (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      description = "The key that every request must show, in a file that nobody else may read.")
  private Optional<Path> keyFile;

  @Option(
      names = {"-np", "--parallel"},
      paramLabel = "N",
      defaultValue = "4",
      description = "Requests that are worked on at once (default: ${DEFAULT-VALUE}).")
  private int parallel;

  @Option(
      names = "--queue",
      paramLabel = "N",
      defaultValue = "64",
      description =
          "Requests that wait for that; more are sent away, to try again (default: ${DEFAULT-VALUE}).")
  private int waiting;

  @Mixin private ChatTemplateOption template;

  @Mixin private EngineOptions options;

  @Mixin private DraftOptions drafts;

  @Mixin private ReceiptOptions receipts;

  @Override
  public Integer call() {
    Problems problems = new Problems();
    options.check(problems);
    drafts.check(problems);
    receipts.check(problems);
    problems
        .when(
            port < 0 || port > 65_535, "--port " + port + ": expected is a number from 0 to 65535")
        .when(
            parallel < 1 || parallel > MOST_PARALLEL,
            "--parallel %d: expected are 1 to %d".formatted(parallel, MOST_PARALLEL))
        .when(
            waiting < 1 || waiting > MOST_WAITING,
            "--queue %d: expected are 1 to %d".formatted(waiting, MOST_WAITING))
        .fail();
    ApiSettings settings =
        new ApiSettings(host, port, keyFile.map(ApiCommand::key), parallel, waiting, PATIENCE);
    Optional<Address> signer = receipts.signer().map(Wallet::address);
    TypedDomain domain = receipts.domain();
    Optional<Team> own = options.ownTeam();
    try (StopSignal _ = StopSignal.open();
        ApiServer server = start(settings, models(own.orElseGet(Team::shared)))) {
      String url =
          "http://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, server.port());
      console.show(
          Json.object(
              "url",
              url,
              "models",
              files.stream().map(ApiCommand::name).toList(),
              "signer",
              signer,
              "hub",
              domain.site().map(TypedDomain.Site::contract)),
          () ->
              "models at %s/v1; Ctrl-C ends it%s"
                  .formatted(url, signer.map(this::signing).orElse("")));
      waitForTheEnd();
    } finally {
      own.ifPresent(Team::close);
    }
    return 0;
  }

  private String signing(Address signer) {
    return receipts.isOfThisRun()
        ? "%nanswers are signed by %s, a key of this run; --key-file names one that stays"
            .formatted(signer)
        : "%nanswers are signed by %s".formatted(signer);
  }

  private ApiServer start(ApiSettings settings, Map<String, Callable<ServedModel>> models) {
    try {
      return ApiServer.start(settings, models, Clock.systemUTC());
    } catch (IllegalArgumentException e) {
      throw new Failure("--host %s: %s".formatted(host, e.getMessage()), e);
    } catch (IllegalStateException e) {
      throw new Failure(
          "--port %d: it cannot be listened on; another program may have it".formatted(port), e);
    }
  }

  /// Each file is looked at now, so that what is wrong with it is told before somebody asks for it.
  private Map<String, Callable<ServedModel>> models(Team team) {
    Map<String, Callable<ServedModel>> models = new LinkedHashMap<>();
    for (Path file : files) {
      LanguageModel model = options.open(file);
      if (receipts.signer().isPresent()) {
        receipts.limits(options, model);
      }
      template.find(file, model, LanguageModelFile.tokenizer(file, model));
      if (models.put(name(file), () -> load(file, team)) != null) {
        throw new Failure("--model %s: another one has this name".formatted(file));
      }
    }
    return models;
  }

  private ServedModel load(Path file, Team team) {
    LanguageModel model = options.open(file);
    EngineOptions.Ready ready = options.ready(file, model, team, console);
    return new ServedModel(
        ready.tokenizer(),
        template.find(file, model, ready.tokenizer()),
        ready.engine(),
        ready.context(),
        drafts.ready(ready.engine(), options, Residence.AT_ONCE, team, console),
        Fingerprint.of(model),
        receipts.voucher(file, model, options, console));
  }

  private static String name(Path file) {
    String name = file.toAbsolutePath().normalize().getFileName().toString();
    int dot = name.lastIndexOf('.');
    return dot > 0 && !Files.isDirectory(file) ? name.substring(0, dot) : name;
  }

  private static String key(Path file) {
    try {
      Set<PosixFilePermission> allowed =
          Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
      if (!allowed.containsAll(Files.getPosixFilePermissions(file))) {
        throw new Failure("--api-key-file %s: others may read it; chmod 600 it".formatted(file));
      }
      String key = Files.readString(file).strip();
      if (key.length() < LEAST_KEY || key.chars().anyMatch(c -> c <= ' ' || c > '~')) {
        throw new Failure(
            "--api-key-file %s: expected are %d letters or more, without blanks"
                .formatted(file, LEAST_KEY));
      }
      return key;
    } catch (IOException e) {
      throw new Failure("--api-key-file " + Messages.at(file, e).getMessage(), e);
    }
  }

  private static void waitForTheEnd() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      // Asked to end. The flag stays clear, so that closing can wait for what is worked on.
      return;
    }
  }
}
