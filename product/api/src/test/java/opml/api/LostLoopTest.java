package opml.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import opml.engine.plan.Team;
import opml.engine.run.KernelProvider;
import opml.llm.forward.CacheType;
import opml.llm.model.LanguageModels;
import opml.llm.session.Drafting;
import opml.llm.session.TextEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What ends a model's thread: a smaller model guesses within it, and fails once, beside all that is expected to.
class LostLoopTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String ASKED = "{'messages':[{'role':'user','content':'y'}]}";

  @TempDir private Path folder;

  @Test
  void allThatAreWorkedOnHearOfItAndTheNextAreAnswered() throws IOException, InterruptedException {
    AtomicBoolean fails = new AtomicBoolean(true);
    KernelProvider failing =
        (kernel, scalars, _) ->
            (segments, _, _, _) -> {
              if (fails.getAndSet(false)) {
                throw new StackOverflowError("planted");
              }
              return kernel.run(segments, scalars);
            };
    try (TinyServer server = server(failing)) {
      List<CompletableFuture<HttpResponse<String>>> all =
          List.of(server.later(CHAT, ASKED), server.later(CHAT, ASKED), server.later(CHAT, ASKED));
      List<HttpResponse<String>> heard = all.stream().map(CompletableFuture::join).toList();
      assertThat(heard).anyMatch(answer -> answer.statusCode() == 500);
      assertThat(heard)
          .allMatch(answer -> answer.body().contains("It is noon.") || answer.statusCode() >= 500);
      HttpResponse<String> next = server.post(CHAT, ASKED);
      assertThat(next.body()).contains("It is noon.");
      server.until("opml_requests_running 0");
    }
  }

  private TinyServer server(KernelProvider drafting) throws IOException {
    int context = 256;
    Path file =
        ByHeart.write(
            folder.resolve("heart.bin"), context, Map.of('y', List.of("It ", "is ", "noon", ".")));
    ServedModel plain =
        TinyServer.load(file, "{% for m in messages %}{{ m.content }}{% endfor %}", context);
    TextEngine smaller =
        TextEngine.of(
            LanguageModels.open(file), context, CacheType.F16, 16, drafting, new Team(1), _ -> {});
    ServedModel model =
        new ServedModel(
            plain.tokenizer(),
            plain.template(),
            plain.engine(),
            context,
            new Drafting(4, Optional.of(smaller)),
            plain.fingerprint(),
            Optional.empty());
    return TinyServer.of(
        new ApiSettings("127.0.0.1", 0, Optional.empty(), 2, 100, Duration.ofSeconds(5)),
        Map.of("heart", () -> model));
  }
}
