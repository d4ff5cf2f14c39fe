package opml.lab.bench.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import opml.llm.session.Continuation;
import opml.llm.session.Drafter;
import opml.llm.session.Drafting;
import opml.llm.session.Session;
import opml.llm.tape.Sampling;

/// How fast texts of a model are written, beside one another: what is compared takes turns.
final class SpeedBench {
  static final int TURNS = 3;
  static final int STREAMS = 16;
  private static final int SHARED = 512;

  private final ServedSide side;
  private final int tokens;
  private final PromptWords words;

  /// @param tokens of a text
  SpeedBench(ServedSide side, int tokens, PromptWords words) {
    this.side = side;
    this.tokens = tokens;
    this.words = words;
  }

  private static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static double since(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  /// {@return seconds a token}, of those behind the first
  private double decode(Session session, Drafter drafter, int drafted, int... prompt) {
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

  /// {@return tokens a second of a text through the server over those of a session}
  double overhead() throws IOException, InterruptedException {
    double[] ratios = new double[TURNS];
    int[] prompt = words.of(16, side.vocabulary());
    try (Session session = side.engine().open();
        TextClient client = side.client()) {
      for (int turn = -1; turn < TURNS; turn++) {
        double own = decode(session, Drafter.NONE, 0, prompt);
        Wish.Heard heard = client.stream(new Wish(prompt, tokens, -1));
        double served = (heard.last() - heard.first()) / 1e9 / (tokens - 1);
        ratios[Math.max(0, turn)] = own / served;
      }
    }
    return median(ratios);
  }

  /// {@return tokens a second of many texts at once over those of one}
  double streams() throws IOException, InterruptedException, ExecutionException {
    double[] ratios = new double[TURNS];
    int vocabulary = side.vocabulary();
    try (TextClient client = side.client();
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int turn = -1; turn < TURNS; turn++) {
        Wish.Heard one = client.stream(new Wish(words.of(16, vocabulary), tokens, -1));
        double alone = (tokens - 1) / ((one.last() - one.first()) / 1e9);
        List<Future<Wish.Heard>> all = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
          Wish wish = new Wish(words.of(16, vocabulary), tokens, -1);
          all.add(clients.submit(() -> client.stream(wish)));
        }
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (Future<Wish.Heard> heard : all) {
          first = Math.min(first, heard.get().first());
          last = Math.max(last, heard.get().last());
        }
        double together = STREAMS * (tokens - 1) / ((last - first) / 1e9);
        ratios[Math.max(0, turn)] = together / alone;
      }
    }
    return median(ratios);
  }

  /// {@return time to the first token of a prompt that begins as another one did, over that of the other}
  double prefix() throws IOException, InterruptedException {
    double[] ratios = new double[TURNS];
    int vocabulary = side.vocabulary();
    try (TextClient client = side.client()) {
      for (int turn = 0; turn < TURNS; turn++) {
        int[] shared = words.of(SHARED, vocabulary);
        double[] seconds = new double[2];
        for (int i = 0; i < 2; i++) {
          int[] own = words.of(4, vocabulary);
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

  /// {@return tokens a second with guesses over those without, in a text of few words, so that it repeats itself}
  double speculative() {
    double[] ratios = new double[TURNS];
    int vocabulary = side.vocabulary();
    try (Session session = side.engine().open()) {
      session.choose(Sampling.GREEDY.withBiases(biases(vocabulary)));
      for (int turn = -1; turn < TURNS; turn++) {
        int[] prompt = words.of(16, vocabulary);
        double plain = decode(session, Drafter.NONE, 0, prompt);
        Drafting drafting = Drafting.REPEATS;
        double guessed = decode(session, drafting.open(side.engine()), drafting.most(), prompt);
        ratios[Math.max(0, turn)] = plain / guessed;
      }
    }
    return median(ratios);
  }

  /// {@return what masks take of the time of texts under schemas}
  ///
  /// @param schemas of which the first does not count
  double share(List<ObjectNode> schemas) {
    try (Session session = side.engine().open()) {
      int[] prompt = words.of(16, side.vocabulary());
      return new MaskedTexts(session, side.engine().model(), tokens).share(schemas, prompt);
    }
  }

  /// So few words that a text of random weights repeats itself.
  private Map<Integer, Float> biases(int vocabulary) {
    Map<Integer, Float> biases = new TreeMap<>();
    for (int word : words.of(2, vocabulary)) {
      biases.put(word, 1_000f);
    }
    return biases;
  }
}
