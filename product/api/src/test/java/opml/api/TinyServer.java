package opml.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import opml.engine.commit.Model;
import opml.engine.plan.Team;
import opml.engine.run.KernelProvider;
import opml.engine.tensor.OutsideMemory;
import opml.ethereum.key.Wallet;
import opml.kernels.catalog.PinnedPrograms;
import opml.llm.chat.ChatTemplate;
import opml.llm.forward.CacheType;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.TextLimits;
import opml.llm.forward.VocabularyTable;
import opml.llm.model.Fingerprint;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;
import opml.llm.session.Drafting;
import opml.llm.session.TextEngine;
import opml.llm.tokenizer.Tokenizer;
import opml.receipt.AnswerReceipt;
import opml.receipt.ReceiptedModel;
import opml.receipt.Voucher;

/// A server of small models of chance, and a client that knows HTTP alone.
final class TinyServer implements AutoCloseable {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-03-05T12:00:00Z"), ZoneOffset.UTC);
  static final String TEMPLATE =
      "{% for m in messages %}{{ m.role[0] ~ m.content ~ '\n' }}{% endfor %}"
          + "{% if messages[0].content == 'no' %}{{ raise_exception('not that') }}{% endif %}";

  /// More bytes than the addresses of a process are.
  private static final long BEYOND_ALL_MACHINES = 1L << 50;

  private static final int LONG_CONTEXT = 1_024;
  private static final String LONG_TEMPLATE =
      "{% if tools %}{{ tools | tojson }}{% endif %}{% for m in messages %}{{ m.role[0] }}{% for c"
          + " in m.tool_calls or [] %}{{ c.function.name ~ ':' ~ c.function.arguments.a }}{% endfor"
          + " %}{{ m.content }}{% endfor %}";

  private final ApiServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  private TinyServer(ApiServer server) {
    this.server = server;
  }

  /// {@return the seed of a model; `-Dopml.seed=…` for one that was told}
  static long seed() {
    return Long.getLong("opml.seed", new Random().nextLong());
  }

  static TinyServer start(Path folder, long seed) throws IOException {
    return start(folder, seed, Optional.empty(), 3, 1_000);
  }

  /// A server of the models `one` and `two`, and of `lost`, whose file is gone.
  static TinyServer start(Path folder, long seed, Optional<String> key, int parallel, int waiting)
      throws IOException {
    return start(
        folder,
        seed,
        new ApiSettings("127.0.0.1", 0, key, parallel, waiting, Duration.ofSeconds(5)));
  }

  /// A server that waits for its clients for longer than any machine takes for a few megabytes.
  static TinyServer patient(Path folder, long seed) throws IOException {
    return start(
        folder,
        seed,
        new ApiSettings("127.0.0.1", 0, Optional.empty(), 3, 1_000, Duration.ofMinutes(5)));
  }

  static TinyServer start(Path folder, long seed, ApiSettings settings) throws IOException {
    Map<String, Callable<ServedModel>> models = new LinkedHashMap<>();
    int number = 0;
    for (String name : List.of("one", "two")) {
      Path file = write(folder.resolve(name + ".bin"), seed + number++);
      models.put(name, () -> load(file, TEMPLATE, CONTEXT));
    }
    models.put("lost", () -> load(folder.resolve("lost.bin"), TEMPLATE, CONTEXT));
    return of(settings, models);
  }

  /// A server of the models `one` and `two`, for the second of which there is no memory when it is first asked for.
  static TinyServer scarce(Path folder, long seed) throws IOException {
    Path one = write(folder.resolve("scarce-one.bin"), seed);
    Path two = write(folder.resolve("scarce-two.bin"), seed + 1);
    AtomicBoolean isScarce = new AtomicBoolean(true);
    return of(
        new ApiSettings("127.0.0.1", 0, Optional.empty(), 3, 100, Duration.ofSeconds(5)),
        Map.of(
            "one",
            () -> load(one, TEMPLATE, CONTEXT),
            "two",
            () -> {
              if (isScarce.getAndSet(false)) {
                OutsideMemory.allocate(BEYOND_ALL_MACHINES);
              }
              return load(two, TEMPLATE, CONTEXT);
            }));
  }

  static TinyServer of(ApiSettings settings, Map<String, Callable<ServedModel>> models) {
    return new TinyServer(ApiServer.start(settings, models, NOON));
  }

  /// A server of the model `heart`, which has learnt by heart what it says behind each last letter of a conversation.
  ///
  /// @param templateWords what its template mentions besides
  static TinyServer byHeart(Path folder, String templateWords, Map<Character, List<String>> texts)
      throws IOException {
    return byHeart(folder, templateWords, texts, Duration.ofSeconds(5));
  }

  /// As that, with another patience.
  static TinyServer byHeart(
      Path folder, String templateWords, Map<Character, List<String>> texts, Duration patience)
      throws IOException {
    return byHeart(
        folder,
        templateWords,
        texts,
        new ApiSettings("127.0.0.1", 0, Optional.empty(), 3, 1_000, patience));
  }

  static TinyServer byHeart(
      Path folder, String templateWords, Map<Character, List<String>> texts, ApiSettings settings)
      throws IOException {
    Path file = ByHeart.write(folder.resolve("heart.bin"), LONG_CONTEXT, texts);
    String template = "{#%s#}%s".formatted(templateWords, LONG_TEMPLATE);
    return of(settings, Map.of("heart", () -> load(file, template, LONG_CONTEXT)));
  }

  static ServedModel load(Path file, String template, int context) throws IOException {
    LanguageModel model = LanguageModels.open(file);
    Tokenizer tokenizer = model.tokenizer().orElseThrow();
    TextEngine engine =
        TextEngine.of(
            model, context, CacheType.F16, 16, KernelProvider.reference(), new Team(1), _ -> {});
    return new ServedModel(
        tokenizer,
        Optional.of(ChatTemplate.of(template, tokenizer)),
        engine,
        context,
        Drafting.REPEATS,
        Fingerprint.of(model),
        Optional.empty());
  }

  /// A server of the model `one` that signs its answers.
  ///
  /// @param capacity tokens of a tape
  static TinyServer vouching(Path folder, long seed, Wallet wallet, int capacity)
      throws IOException {
    return vouching(
        "one", write(folder.resolve("one.bin"), seed), TEMPLATE, CONTEXT, wallet, capacity);
  }

  /// A server of the model `heart` that signs what that has learnt.
  static TinyServer vouchingByHeart(
      Path folder,
      String templateWords,
      Map<Character, List<String>> texts,
      Wallet wallet,
      int capacity)
      throws IOException {
    Path file = ByHeart.write(folder.resolve("heart.bin"), LONG_CONTEXT, texts);
    String template = "{#%s#}%s".formatted(templateWords, LONG_TEMPLATE);
    return vouching("heart", file, template, LONG_CONTEXT, wallet, capacity);
  }

  private static TinyServer vouching(
      String name, Path file, String template, int context, Wallet wallet, int capacity)
      throws IOException {
    ServedModel plain = load(file, template, context);
    Voucher voucher =
        new Voucher(
            receipted(plain.engine().model(), context, capacity),
            wallet,
            AnswerReceipt.NOWHERE,
            Duration.ofHours(1),
            NOON);
    ServedModel model =
        new ServedModel(
            plain.tokenizer(),
            plain.template(),
            plain.engine(),
            plain.context(),
            plain.drafting(),
            plain.fingerprint(),
            Optional.of(voucher));
    ApiSettings settings =
        new ApiSettings("127.0.0.1", 0, Optional.empty(), 2, 100, Duration.ofSeconds(5));
    return new TinyServer(ApiServer.start(settings, Map.of(name, () -> model), NOON));
  }

  /// {@return what a model's receipts need}
  static ReceiptedModel receipted(LanguageModel model, int context, int capacity) {
    TextLimits limits = new TextLimits(context, capacity, CacheType.F16);
    return new ReceiptedModel(
        Model.checking(CheckGraph.of(model, limits), PinnedPrograms::of),
        limits,
        VocabularyTable.of(model));
  }

  int port() {
    return server.port();
  }

  URI at(String path) {
    return URI.create("http://127.0.0.1:%d%s".formatted(port(), path));
  }

  /// {@return a request with JSON in it}
  HttpRequest.Builder ask(String path, byte[] body) {
    return HttpRequest.newBuilder(at(path))
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofByteArray(body));
  }

  HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  HttpResponse<String> post(String path, String json) {
    return send(asked(path, json));
  }

  /// {@return the answer to a request, some time}
  CompletableFuture<HttpResponse<String>> later(String path, String json) {
    return client.sendAsync(asked(path, json), HttpResponse.BodyHandlers.ofString());
  }

  /// {@return an answer of which nothing is read yet}; to be closed
  InputStream open(String path, String json) throws IOException, InterruptedException {
    return client.send(asked(path, json), HttpResponse.BodyHandlers.ofInputStream()).body();
  }

  private HttpRequest asked(String path, String json) {
    return ask(path, json.replace('\'', '"').getBytes(StandardCharsets.UTF_8)).build();
  }

  /// Waits until the metrics have a line.
  void until(String line) throws InterruptedException {
    String metrics = get("/metrics").body();
    for (int i = 0; i < 3_000 && !metrics.contains(line + "\n"); i++) {
      Thread.sleep(20);
      metrics = get("/metrics").body();
    }
    assertThat(metrics).contains(line + "\n");
  }

  HttpResponse<String> get(String path) {
    return send(HttpRequest.newBuilder(at(path)).build());
  }

  static JsonNode json(HttpResponse<String> response) {
    return parse(response.body());
  }

  static JsonNode parse(String json) {
    try {
      return new ObjectMapper().readTree(json);
    } catch (IOException e) {
      throw new AssertionError("not JSON: " + json, e);
    }
  }

  @Override
  public void close() {
    // Answers that nobody reads would be waited for without end.
    client.shutdownNow();
    server.close();
  }

  // --- A llama2.c checkpoint of chance, the bytes and a few letters as its tokens ---

  static final int CONTEXT = 64;
  private static final int WIDTH = 32;
  private static final int FEED_FORWARD = 64;
  private static final int LAYERS = 2;
  private static final int HEADS = 4;
  private static final List<String> PIECES = List.of(" ", "a", "b", "c", " a", "ab");
  private static final int FIRST_PIECE = 3 + 256;
  private static final int VOCABULARY = FIRST_PIECE + 6;

  private static Path write(Path file, long seed) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    for (int number : new int[] {WIDTH, FEED_FORWARD, LAYERS, HEADS, HEADS, VOCABULARY, CONTEXT}) {
      out.putInt(number);
    }
    Random random = new Random(seed);
    int floats =
        VOCABULARY * WIDTH
            + LAYERS * (2 * WIDTH + 4 * WIDTH * WIDTH + 3 * WIDTH * FEED_FORWARD)
            + WIDTH
            + CONTEXT * (WIDTH / HEADS);
    for (int i = 0; i < floats; i++) {
      out.putFloat((float) random.nextGaussian() / 4);
    }
    out.putInt(6);
    for (int id = 0; id < VOCABULARY; id++) {
      byte[] text = text(id).getBytes(StandardCharsets.UTF_8);
      out.putFloat(id - VOCABULARY).putInt(text.length).put(text);
    }
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return Files.write(file, bytes);
  }

  private static String text(int id) {
    return switch (id) {
      case 0 -> "<unk>";
      case 1 -> "<s>";
      case 2 -> "</s>";
      default -> id < FIRST_PIECE ? "<0x%02X>".formatted(id - 3) : PIECES.get(id - FIRST_PIECE);
    };
  }
}
