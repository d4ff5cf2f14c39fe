package opml.lab.bench.api;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import opml.api.ApiServer;
import opml.api.ApiSettings;
import opml.api.ServedModel;
import opml.engine.plan.Team;
import opml.engine.tensor.ElementType;
import opml.lab.bench.BenchException;
import opml.lab.bench.llm.LlamaShape;
import opml.lab.bench.llm.SyntheticModel;
import opml.lab.bench.receipt.ReceiptBench;
import opml.lab.bench.receipt.ReceiptFigures;
import opml.llm.forward.CacheType;
import opml.llm.model.Fingerprint;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;
import opml.llm.session.Continuation;
import opml.llm.session.Drafter;
import opml.llm.session.Drafting;
import opml.llm.session.Session;
import opml.llm.session.TextEngine;
import opml.llm.tape.Sampling;
import opml.llm.tokenizer.Tokenizer;
import opml.twins.Twins;

/// Measures the server of texts with models of random weights: of TinyLlama's shape where it is about speed, of a tiny
/// one where it is about many requests. Server, clients and sessions share this process, and take turns where they are
/// compared.
public final class ApiBench {
  private static final int CONTEXT = 768;
  private static final int TURNS = 3;
  private static final int STREAMS = 16;
  private static final int SHARED = 512;
  private static final int CLIENTS = 64;
  private static final int MANY = 1_000;
  private static final int WORDS = 1_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final LlamaShape TINY = new LlamaShape("tiny", 64, 128, 2, 4, 2, 1_200, 128);

  private final boolean isQuick;
  private final Consumer<String> progress;
  private final Random random;

  private ApiBench(boolean isQuick, long seed, Consumer<String> progress) {
    this.isQuick = isQuick;
    this.progress = progress;
    this.random = new Random(seed);
  }

  /// A model that is ready, and its server.
  private record Side(
      LanguageModel model, TextEngine engine, Tokenizer tokenizer, ApiServer server, Team team)
      implements AutoCloseable {
    @Override
    public void close() {
      server.close();
      team.close();
    }
  }

  /// @param models the folder of model files, in which missing ones are made
  /// @param seed of prompts
  /// @param progress hears what is measured
  public static ApiFigures run(Path models, boolean isQuick, long seed, Consumer<String> progress)
      throws IOException {
    try {
      return new ApiBench(isQuick, seed, progress).measure(Files.createDirectories(models));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted", e);
    } catch (ExecutionException e) {
      throw new BenchException("a client failed: " + e.getCause(), e);
    }
  }

  private ApiFigures measure(Path models)
      throws IOException, InterruptedException, ExecutionException {
    Path large = models.resolve("tinyllama-q8_0.gguf");
    if (!Files.exists(large)) {
      progress.accept("making " + large);
      SyntheticModel.write(large, LlamaShape.tinyLlama("tinyllama"), ElementType.Q8_0, 1);
    }
    double streams;
    double overhead;
    double prefix;
    double speculative;
    try (Side side = side(large, CONTEXT, STREAMS, STREAMS)) {
      overhead = told("overhead", overhead(side));
      streams = told("streams", streams(side));
      prefix = told("prefix_ratio", prefix(side));
      speculative = told("speculative", speculative(side));
    }
    Path tiny = models.resolve("tiny-q8_0.gguf");
    SyntheticModel.write(tiny, TINY, ElementType.Q8_0, 2);
    ApiFigures.Equal equal;
    try (Side side = side(tiny, TINY.context(), STREAMS, MANY)) {
      equal = equal(side);
    }
    progress.accept("equal: %d of %d differ".formatted(equal.different(), equal.answers()));
    ApiFigures.Soak soak;
    try (Side side = side(tiny, TINY.context(), STREAMS, MANY)) {
      soak = soak(side);
    }
    progress.accept("soak: " + soak);
    ReceiptFigures receipt =
        isQuick ? ReceiptBench.run(large, 32, 1) : ReceiptBench.run(large, 256, 3);
    progress.accept("receipt: " + receipt.goals());
    return new ApiFigures(streams, overhead, prefix, speculative, equal, soak, receipt);
  }

  private double told(String figure, double value) {
    progress.accept(String.format(Locale.ROOT, "%s: %.3f", figure, value));
    return value;
  }

  private static Side side(Path file, int context, int parallel, int waiting) throws IOException {
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
            Optional.empty(),
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
    return new Side(model, engine, tokenizer, server, team);
  }

  private int[] words(int count, int vocabulary) {
    return random.ints(count, vocabulary - WORDS, vocabulary).toArray();
  }

  private static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static double since(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  // --- Speeds ---

  private int tokens() {
    return isQuick ? 24 : 96;
  }

  /// {@return seconds a token}, of those behind the first
  private double decode(Session session, Drafter drafter, int drafted, int tokens, int... prompt) {
    session.cut(0);
    Continuation going = new Continuation(session.text(), tokens, drafter, drafted, prompt);
    while (going.unread() > 0) {
      session.step(going);
    }
    long begin = System.nanoTime();
    while (!going.isFull()) {
      session.step(going);
    }
    return since(begin) / (tokens - 1);
  }

  private double overhead(Side side) throws IOException, InterruptedException {
    double[] ratios = new double[TURNS];
    int[] prompt = words(16, side.model.hyperparameters().vocabulary());
    try (Session session = side.engine.open();
        TextClient client = new TextClient(side.server.port())) {
      for (int turn = -1; turn < TURNS; turn++) {
        double own = decode(session, Drafter.NONE, 0, tokens(), prompt);
        Wish.Heard heard = client.stream(new Wish(prompt, tokens(), -1));
        double served = (heard.last() - heard.first()) / 1e9 / (tokens() - 1);
        ratios[Math.max(0, turn)] = own / served;
      }
    }
    return median(ratios);
  }

  private double streams(Side side) throws IOException, InterruptedException, ExecutionException {
    double[] ratios = new double[TURNS];
    int vocabulary = side.model.hyperparameters().vocabulary();
    try (TextClient client = new TextClient(side.server.port());
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int turn = -1; turn < TURNS; turn++) {
        Wish.Heard one = client.stream(new Wish(words(16, vocabulary), tokens(), -1));
        double alone = (tokens() - 1) / ((one.last() - one.first()) / 1e9);
        List<Future<Wish.Heard>> all = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
          Wish wish = new Wish(words(16, vocabulary), tokens(), -1);
          all.add(clients.submit(() -> client.stream(wish)));
        }
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (Future<Wish.Heard> heard : all) {
          first = Math.min(first, heard.get().first());
          last = Math.max(last, heard.get().last());
        }
        double together = STREAMS * (tokens() - 1) / ((last - first) / 1e9);
        ratios[Math.max(0, turn)] = together / alone;
      }
    }
    return median(ratios);
  }

  private double prefix(Side side) throws IOException, InterruptedException {
    double[] ratios = new double[TURNS];
    int vocabulary = side.model.hyperparameters().vocabulary();
    try (TextClient client = new TextClient(side.server.port())) {
      for (int turn = 0; turn < TURNS; turn++) {
        int[] shared = words(SHARED, vocabulary);
        double[] seconds = new double[2];
        for (int i = 0; i < 2; i++) {
          int[] own = words(4, vocabulary);
          int[] prompt = IntStream.concat(IntStream.of(shared), IntStream.of(own)).toArray();
          long begin = System.nanoTime();
          Wish.Heard heard = client.stream(new Wish(prompt, 4, -1));
          seconds[i] = (heard.first() - begin) / 1e9;
        }
        ratios[turn] = seconds[1] / seconds[0];
      }
    }
    return median(ratios);
  }

  /// A text of few words, so that it repeats itself.
  private double speculative(Side side) {
    double[] ratios = new double[TURNS];
    int vocabulary = side.model.hyperparameters().vocabulary();
    try (Session session = side.engine.open()) {
      session.choose(Sampling.GREEDY.withBiases(biases(vocabulary)));
      for (int turn = -1; turn < TURNS; turn++) {
        int[] prompt = words(16, vocabulary);
        double plain = decode(session, Drafter.NONE, 0, tokens(), prompt);
        Drafting drafting = Drafting.REPEATS;
        double guessed =
            decode(session, drafting.open(side.engine), drafting.most(), tokens(), prompt);
        ratios[Math.max(0, turn)] = plain / guessed;
      }
    }
    return median(ratios);
  }

  /// So few words that a text of random weights repeats itself.
  private Map<Integer, Float> biases(int vocabulary) {
    Map<Integer, Float> biases = new TreeMap<>();
    for (int word : words(2, vocabulary)) {
      biases.put(word, 1_000f);
    }
    return biases;
  }

  // --- Many requests ---

  private Wish wish(int vocabulary, List<int[]> beginnings) {
    int[] begin = beginnings.get(random.nextInt(beginnings.size()));
    int[] own = words(1 + random.nextInt(20), vocabulary);
    int[] prompt = IntStream.concat(IntStream.of(begin), IntStream.of(own)).toArray();
    long seed = random.nextBoolean() ? -1 : random.nextInt(1_000);
    return new Wish(prompt, 1 + random.nextInt(30), seed);
  }

  private List<Wish> wishes(Side side, int count) {
    int vocabulary = side.model.hyperparameters().vocabulary();
    List<int[]> beginnings =
        List.of(new int[0], words(10, vocabulary), words(40, vocabulary), words(64, vocabulary));
    return IntStream.range(0, count).mapToObj(_ -> wish(vocabulary, beginnings)).toList();
  }

  private static List<String> alone(Side side, List<Wish> wishes) {
    try (Session session = side.engine.open()) {
      return wishes.stream().map(wish -> wish.alone(session, side.tokenizer)).toList();
    }
  }

  private ApiFigures.Equal equal(Side side) throws InterruptedException, ExecutionException {
    List<Wish> wishes = wishes(side, isQuick ? 128 : 1_024);
    List<String> expected = alone(side, wishes);
    AtomicInteger different = new AtomicInteger();
    AtomicInteger answers = new AtomicInteger();
    Semaphore places = new Semaphore(CLIENTS);
    try (TextClient client = new TextClient(side.server.port());
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < wishes.size(); i++) {
        int number = i;
        boolean leaves = random.nextInt(8) == 0;
        places.acquire();
        all.add(
            clients.submit(
                () -> {
                  try {
                    if (leaves) {
                      client.leave(wishes.get(number));
                    } else {
                      String text = client.stream(wishes.get(number)).text();
                      answers.incrementAndGet();
                      if (!text.equals(expected.get(number))) {
                        different.incrementAndGet();
                      }
                    }
                  } finally {
                    places.release();
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    return new ApiFigures.Equal(answers.get(), different.get());
  }

  private ApiFigures.Soak soak(Side side) throws InterruptedException {
    int requests = isQuick ? 1_000 : 10_000;
    int atOnce = isQuick ? 100 : MANY;
    List<Wish> wishes = wishes(side, 100);
    List<String> expected = alone(side, wishes);
    AtomicInteger wrong = new AtomicInteger();
    List<String> lost = Collections.synchronizedList(new ArrayList<>());
    long heapBefore = 0;
    Semaphore places = new Semaphore(atOnce);
    try (TextClient client = new TextClient(side.server.port());
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < requests; i++) {
        if (i == requests / 10) {
          places.acquire(atOnce);
          heapBefore = heap();
          places.release(atOnce);
        }
        int number = i % wishes.size();
        places.acquire();
        Future<?> _ =
            clients.submit(
                () -> {
                  try {
                    Optional<String> text = client.whole(wishes.get(number));
                    if (text.isEmpty()) {
                      lost.add("busy");
                    } else if (!text.get().equals(expected.get(number))) {
                      wrong.incrementAndGet();
                    }
                  } catch (IOException | RuntimeException e) {
                    lost.add(e.toString());
                  } finally {
                    places.release();
                  }
                  return null;
                });
      }
      places.acquire(atOnce);
      lost.stream().distinct().limit(3).forEach(why -> progress.accept("lost: " + why));
      return new ApiFigures.Soak(requests, lost.size(), wrong.get(), (double) heap() / heapBefore);
    }
  }

  /// {@return the bytes that the heap holds}
  private static long heap() {
    var memory = ManagementFactory.getMemoryMXBean();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      memory.gc();
      least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
    }
    return least;
  }
}
