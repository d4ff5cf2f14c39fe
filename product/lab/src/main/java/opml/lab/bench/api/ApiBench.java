package opml.lab.bench.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import javax.management.JMException;
import javax.management.ObjectName;
import opml.engine.tensor.ElementType;
import opml.lab.bench.BenchException;
import opml.lab.bench.llm.DisputeProbe;
import opml.lab.bench.llm.DisputedToken;
import opml.lab.bench.llm.LlamaShape;
import opml.lab.bench.llm.LlmFigures;
import opml.lab.bench.llm.SyntheticModel;
import opml.lab.bench.receipt.ReceiptBench;
import opml.lab.bench.receipt.ReceiptFigures;
import opml.llm.session.Session;

/// Measures the server of texts with models of random weights: of TinyLlama's shape where it is about speed, of a tiny
/// one where it is about many requests. Server, clients and sessions share this process, and take turns where they are
/// compared.
public final class ApiBench {
  private static final int STREAMS = SpeedBench.STREAMS;
  private static final int CLIENTS = 64;
  private static final int MANY = 1_000;

  /// Turns of llama.cpp, which takes minutes for one.
  private static final int PEER_TURNS = 1;

  private static final LlamaShape TINY = new LlamaShape("tiny", 64, 128, 2, 4, 2, 1_200, 128);

  /// Room for the longest texts of random schemas.
  private static final LlamaShape FORMS = new LlamaShape("forms", 64, 128, 2, 4, 2, 1_200, 1_024);

  private static final Set<ApiPart> OF_THE_LARGE =
      Set.of(ApiPart.OVERHEAD, ApiPart.STREAMS, ApiPart.PREFIX, ApiPart.SPECULATIVE, ApiPart.MASKS);

  private final Places places;
  private final ApiChoice choice;
  private final boolean isQuick;
  private final Consumer<String> progress;
  private final Consumer<ApiFigures> found;
  private final Random random;
  private final PromptWords words;

  // --- What is known so far ---

  private double streams = Double.NaN;
  private double overhead = Double.NaN;
  private double prefix = Double.NaN;
  private double speculative = Double.NaN;
  private double share = Double.NaN;
  private int valid;
  private int asked;
  private ApiFigures.Equal equal = new ApiFigures.Equal(0, 0);
  private ApiFigures.Soak soak = new ApiFigures.Soak(0, 0, 0, Double.NaN);
  private ReceiptFigures receipt = new ReceiptFigures(0, Double.NaN, Double.NaN, Double.NaN);
  private List<ApiFigures.Client> clients = List.of();
  private final List<ApiFigures.Dispute> disputes = new ArrayList<>();
  private ApiFigures.Peer peer = ApiFigures.Peer.NONE;
  private final List<ApiFigures.Missing> missing = new ArrayList<>();

  private ApiBench(
      Places places, ApiChoice choice, Consumer<String> progress, Consumer<ApiFigures> found) {
    this.places = places;
    this.choice = choice;
    this.isQuick = choice.isQuick();
    this.progress = progress;
    this.found = found;
    this.random = new Random(choice.seed());
    this.words = new PromptWords(random);
  }

  /// Where things lie.
  ///
  /// @param home the checkout, whose tests run other people's clients
  /// @param models the folder of model files, in which missing ones are made
  /// @param peer the folder that node-llama-cpp is installed in
  public record Places(Path home, Path models, Path peer) {}

  /// What is measured of a part.
  private interface Measuring {
    void run() throws IOException, InterruptedException, ExecutionException;
  }

  /// Measures part by part: one that fails costs its own figures, and no others.
  ///
  /// @param progress hears what is measured
  /// @param found hears all that is known after each part
  /// @throws IOException if there is no place for model files
  public static ApiFigures run(
      Places places, ApiChoice choice, Consumer<String> progress, Consumer<ApiFigures> found)
      throws IOException {
    ApiBench bench = new ApiBench(places, choice, progress, found);
    try {
      Files.createDirectories(places.models());
      bench.measure();
      return bench.figures();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BenchException("interrupted", e);
    }
  }

  private ApiFigures figures() {
    return new ApiFigures(
        streams,
        overhead,
        prefix,
        speculative,
        new ApiFigures.Schema(valid, asked, share),
        equal,
        soak,
        receipt,
        clients,
        disputes,
        peer,
        missing);
  }

  /// Measures a part, if it is wanted; whatever goes wrong in it must not take others with it.
  private void attempt(ApiPart part, Measuring measuring) throws InterruptedException {
    if (!choice.has(part)) {
      return;
    }
    progress.accept(part.label() + " …");
    try {
      measuring.run();
    } catch (ExecutionException e) {
      miss(part, String.valueOf(e.getCause()));
    } catch (RuntimeException | IOException e) {
      miss(
          part,
          e instanceof BenchException || e instanceof IOException
              ? String.valueOf(e.getMessage())
              : e.toString());
    }
    found.accept(figures());
  }

  private void miss(ApiPart part, String reason) {
    progress.accept("%s: not measured: %s".formatted(part.label(), reason));
    missing.add(new ApiFigures.Missing(part, reason));
  }

  private void measure() throws IOException, InterruptedException {
    if (choice.hasAny(OF_THE_LARGE)) {
      try (ServedSide side = ServedSide.open(large(), ServedSide.CONTEXT, STREAMS, STREAMS)) {
        SpeedBench speeds = new SpeedBench(side, tokens(), words);
        attempt(ApiPart.OVERHEAD, () -> overhead = told("overhead", speeds.overhead()));
        attempt(ApiPart.STREAMS, () -> streams = told("streams", speeds.streams()));
        attempt(ApiPart.PREFIX, () -> prefix = told("prefix_ratio", speeds.prefix()));
        attempt(ApiPart.SPECULATIVE, () -> speculative = told("speculative", speeds.speculative()));
        attempt(ApiPart.MASKS, () -> share = told("masks", speeds.share(schemas())));
      }
    }
    attempt(
        ApiPart.PEER,
        () -> {
          peer =
              LlamaServing.measure(
                  places.peer(),
                  large(),
                  Runtime.getRuntime().availableProcessors(),
                  tokens(),
                  PEER_TURNS,
                  schemas());
          progress.accept("llama.cpp: " + peer);
        });
    attempt(
        ApiPart.SCHEMAS,
        () -> {
          int count = isQuick ? 100 : 1_000;
          try (ServedSide side = ServedSide.open(small(FORMS), FORMS.context(), STREAMS, MANY)) {
            valid =
                new SchemaAnswers(side.server().port(), side.tokenizer(), random, progress)
                    .valid(count);
            asked = count;
          }
          progress.accept("schemas: %d of %d valid".formatted(valid, asked));
        });
    attempt(
        ApiPart.EQUAL,
        () -> {
          try (ServedSide side = ServedSide.open(small(TINY), TINY.context(), STREAMS, MANY)) {
            equal = equal(side);
          }
          progress.accept("equal: %d of %d differ".formatted(equal.different(), equal.answers()));
        });
    attempt(
        ApiPart.SOAK,
        () -> {
          try (ServedSide side = ServedSide.open(small(TINY), TINY.context(), STREAMS, MANY)) {
            soak = soak(side);
          }
          progress.accept("soak: " + soak);
        });
    attempt(
        ApiPart.RECEIPT,
        () -> {
          receipt = isQuick ? ReceiptBench.run(large(), 32, 1) : ReceiptBench.run(large(), 256, 3);
          progress.accept("receipt: " + receipt.goals());
        });
    attempt(
        ApiPart.CLIENTS,
        () -> {
          clients = RealClients.run(places.home());
          progress.accept("clients: " + clients);
          RealClients.requireRun(clients);
        });
    attempt(
        ApiPart.DISPUTES,
        () -> {
          dispute("a model of 1,200 tokens", small(TINY));
          if (!isQuick) {
            dispute("TinyLlama's shape", large());
          }
        });
  }

  private void dispute(String model, Path file) throws IOException {
    for (DisputedToken token : List.of(DisputedToken.SAMPLED, DisputedToken.FORBIDDEN)) {
      LlmFigures.Dispute one = DisputeProbe.play(file, model, token, Double.NaN);
      String what =
          token == DisputedToken.SAMPLED
              ? "another token than the one that was drawn"
              : "a token that the grammar forbids";
      disputes.add(new ApiFigures.Dispute(what + ", " + model, one.gas(), one.moves()));
      progress.accept("dispute: " + disputes.getLast());
    }
  }

  /// {@return the file of a model of TinyLlama's shape}
  private Path large() throws IOException {
    Path file = places.models().resolve("tinyllama-q8_0.gguf");
    if (!Files.exists(file)) {
      progress.accept("writes %s (once)".formatted(file));
      SyntheticModel.write(file, LlamaShape.tinyLlama("tinyllama"), ElementType.Q8_0, 1);
    }
    return file;
  }

  /// {@return the file of a small model}
  private Path small(LlamaShape shape) throws IOException {
    Path file = places.models().resolve(shape.name() + "-q8_0.gguf");
    SyntheticModel.write(file, shape, ElementType.Q8_0, 2);
    return file;
  }

  private double told(String figure, double value) {
    progress.accept(String.format(Locale.ROOT, "%s: %.3f", figure, value));
    return value;
  }

  private int tokens() {
    return isQuick ? 24 : 96;
  }

  private List<ObjectNode> schemas() {
    return MaskedTexts.schemas(isQuick ? 3 : 9, new Random(choice.seed()));
  }

  // --- Many requests ---

  private Wish wish(int vocabulary, List<int[]> beginnings) {
    int[] begin = beginnings.get(random.nextInt(beginnings.size()));
    int[] own = words.of(1 + random.nextInt(20), vocabulary);
    int[] prompt = IntStream.concat(IntStream.of(begin), IntStream.of(own)).toArray();
    long seed = random.nextBoolean() ? -1 : random.nextInt(1_000);
    return new Wish(prompt, 1 + random.nextInt(30), seed);
  }

  private List<Wish> wishes(ServedSide side, int count) {
    int vocabulary = side.vocabulary();
    List<int[]> beginnings =
        List.of(
            new int[0],
            words.of(10, vocabulary),
            words.of(40, vocabulary),
            words.of(64, vocabulary));
    return IntStream.range(0, count).mapToObj(_ -> wish(vocabulary, beginnings)).toList();
  }

  private static List<String> alone(ServedSide side, List<Wish> wishes) {
    try (Session session = side.engine().open()) {
      return wishes.stream().map(wish -> wish.alone(session, side.tokenizer())).toList();
    }
  }

  private ApiFigures.Equal equal(ServedSide side) throws InterruptedException, ExecutionException {
    List<Wish> wishes = wishes(side, isQuick ? 128 : 1_024);
    List<String> expected = alone(side, wishes);
    AtomicInteger different = new AtomicInteger();
    AtomicInteger answers = new AtomicInteger();
    Semaphore places = new Semaphore(CLIENTS);
    try (TextClient client = side.client();
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

  private ApiFigures.Soak soak(ServedSide side) throws InterruptedException {
    int requests = isQuick ? 1_000 : 10_000;
    int atOnce = isQuick ? 100 : MANY;
    List<Wish> wishes = wishes(side, 100);
    List<String> expected = alone(side, wishes);
    AtomicInteger wrong = new AtomicInteger();
    List<String> lost = Collections.synchronizedList(new ArrayList<>());
    long heapBefore = 0;
    Semaphore places = new Semaphore(atOnce);
    try (TextClient client = side.client();
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
      double growth = (double) heap() / heapBefore - 1;
      return new ApiFigures.Soak(requests, lost.size(), wrong.get(), growth);
    }
  }

  /// {@return the bytes of all objects that somebody still knows}: what is used of the heap has gaps, too, which
  /// HotSpot's parallel collector fills with objects of its own and closes in every twentieth collection
  /// (`HeapMaximumCompactionInterval`)
  private static long heap() {
    try {
      Object histogram =
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "gcClassHistogram",
                  new Object[] {new String[0]},
                  new String[] {String[].class.getName()});
      // number: instances bytes class
      return ((String) histogram)
          .lines()
          .map(line -> line.strip().split("\\s+"))
          .filter(words -> words.length > 3 && words[0].endsWith(":"))
          .filter(words -> !words[3].contains("jdk.internal.vm.Filler"))
          .mapToLong(words -> Long.parseLong(words[2]))
          .sum();
    } catch (JMException e) {
      throw new IllegalStateException("HotSpot does not tell what is in the heap", e);
    }
  }
}
