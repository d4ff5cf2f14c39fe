package opml.lab.bench.api;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.api.ApiServer;
import opml.api.ApiSettings;
import opml.api.ServedModel;
import opml.engine.plan.Team;
import opml.llm.chat.ChatTemplate;
import opml.llm.forward.CacheType;
import opml.llm.model.Fingerprint;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;
import opml.llm.session.Drafting;
import opml.llm.session.TextEngine;
import opml.llm.tokenizer.Tokenizer;
import opml.twins.Twins;

/// A model that is ready, and its server.
record ServedSide(
    LanguageModel model, TextEngine engine, Tokenizer tokenizer, ApiServer server, Team team)
    implements AutoCloseable {
  /// Tokens of a text of those whose speed is measured.
  static final int CONTEXT = 768;

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String TEMPLATE =
      "{% for message in messages %}{{ message.content }}{% endfor %}";

  /// Reads a model and starts a server of it.
  ///
  /// @param parallel requests that are worked on at once
  /// @param waiting requests that wait for that, at most
  static ServedSide open(Path file, int context, int parallel, int waiting) throws IOException {
    LanguageModel model = LanguageModels.open(file);
    Tokenizer tokenizer = model.tokenizer().orElseThrow();
    Team team = new Team(Runtime.getRuntime().availableProcessors());
    TextEngine engine =
        TextEngine.of(
            model,
            context,
            CacheType.F16,
            Math.min(TextEngine.ROWS, context),
            Twins.provider(),
            team,
            _ -> {});
    ServedModel served =
        new ServedModel(
            tokenizer,
            Optional.of(ChatTemplate.of(TEMPLATE, tokenizer)),
            engine,
            context,
            // The tiny model is asked for answers that are compared: guesses must change none of
            // them.
            context < CONTEXT ? Drafting.REPEATS : Drafting.NONE,
            Fingerprint.of(model),
            Optional.empty());
    Callable<ServedModel> ready = () -> served;
    ApiServer server =
        ApiServer.start(
            new ApiSettings("127.0.0.1", 0, Optional.empty(), parallel, waiting, PATIENCE),
            Map.of("model", ready),
            Clock.systemUTC());
    return new ServedSide(model, engine, tokenizer, server, team);
  }

  /// {@return a client of the server}
  TextClient client() {
    return new TextClient(server.port());
  }

  /// {@return how many tokens the model knows}
  int vocabulary() {
    return model.hyperparameters().vocabulary();
  }

  @Override
  public void close() {
    server.close();
    team.close();
  }
}
