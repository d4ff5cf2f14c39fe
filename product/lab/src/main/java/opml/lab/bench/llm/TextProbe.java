package opml.lab.bench.llm;

import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import opml.engine.plan.Team;
import opml.engine.run.Residence;
import opml.lab.bench.BenchException;
import opml.llm.forward.CacheType;
import opml.llm.forward.CheckGraph;
import opml.llm.forward.TextLimits;
import opml.llm.forward.VocabularyTable;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;
import opml.llm.session.Session;
import opml.llm.session.TextEngine;
import opml.llm.session.Writer;
import opml.llm.tape.TextRequest;
import opml.twins.Twins;

/// Our engine as a [TextProcess]: it has a JVM of its own, since kernels and flags are the JVM's.
public final class TextProbe {
  /// Everything is run for so long before it counts: HotSpot compiles vector code late.
  private static final double WARM_SECONDS = 4;

  private static final int WARM_TOKENS = 32;
  private static final int WINDOWS = 4;

  private final LanguageModel model;
  private final Session session;

  private TextProbe(LanguageModel model, Session session) {
    this.model = model;
    this.session = session;
  }

  /// @param arguments model, context, threads, how keys and values are kept
  public static void main(String[] arguments) throws IOException {
    long begin = System.nanoTime();
    Twins.findOut();
    LanguageModel model = LanguageModels.open(Path.of(arguments[0]));
    int context = Integer.parseInt(arguments[1]);
    CacheType cache = CacheType.valueOf(arguments[3]);
    try (Team team = new Team(Integer.parseInt(arguments[2]));
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      // As `run` does, ...
      try (Session first = open(model, context, cache, Residence.WHEN_USED_AGAIN, team)) {
        first.take(1);
        System.out.println(since(begin));
      }
      // ... and, once something is asked, as those who claim.
      String line = in.readLine();
      if (line == null) {
        return;
      }
      try (Session session = open(model, context, cache, Residence.AT_ONCE, team)) {
        TextProbe probe = new TextProbe(model, session);
        for (; line != null; line = in.readLine()) {
          System.out.println(probe.answered(line));
        }
      }
    }
  }

  private static Session open(
      LanguageModel model, int context, CacheType cache, Residence residence, Team team) {
    int rows = Math.min(TextEngine.ROWS, context);
    return TextEngine.of(model, context, cache, rows, Twins.provider(), residence, team, _ -> {})
        .open();
  }

  private static double since(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  private String answered(String line) {
    try {
      return answer(line);
    } catch (RuntimeException | IOException e) {
      return "! " + e; // one that asks has other questions, too
    }
  }

  private String answer(String line) throws IOException {
    String[] words = line.split(" ", 2);
    int[] n =
        words.length == 1
            ? new int[0]
            : Arrays.stream(words[1].split(" ", -1)).mapToInt(Integer::parseInt).toArray();
    return switch (words[0]) {
      case "warm" -> warm(n);
      case "prompt" -> Double.toString(prompt(n));
      case "decode" -> Double.toString(decode(n[0], from(n, 1)));
      case "greedy" -> words(greedy(n[0], from(n, 1)));
      case "surprise" -> surprise(n);
      case "check" -> check(n[0], from(n, 1));
      case "claim" -> ClaimCost.measure(model, session, n[0], from(n, 1));
      case "allocated" -> Long.toString(allocated(n[0], from(n, 1)));
      case "gap" -> Double.toString(gap(n[0], n[1], from(n, 2)));
      case "likeliest" ->
          Integer.toString(likeliest(Arrays.copyOfRange(n, 1, 1 + n[0]), from(n, 1 + n[0])));
      case "memory" -> Long.toString(memory());
      default -> throw new IllegalArgumentException(line);
    };
  }

  private static int[] from(int[] numbers, int from) {
    return Arrays.copyOfRange(numbers, from, numbers.length);
  }

  private static String words(int... numbers) {
    return IntStream.of(numbers).mapToObj(Integer::toString).collect(Collectors.joining(" "));
  }

  private int begin(int... prompt) {
    session.cut(0);
    return session.take(prompt);
  }

  private String warm(int... prompt) {
    long start = System.nanoTime();
    do {
      prompt(prompt);
    } while (since(start) < WARM_SECONDS);
    start = System.nanoTime();
    int few = Math.min(prompt.length, session.context() - WARM_TOKENS);
    do {
      decode(WARM_TOKENS, Arrays.copyOf(prompt, few));
    } while (since(start) < WARM_SECONDS);
    return "warm";
  }

  private double prompt(int... prompt) {
    session.cut(0);
    long start = System.nanoTime();
    session.take(prompt);
    return since(start);
  }

  private double decode(int count, int... prompt) {
    int next = begin(prompt);
    long start = System.nanoTime();
    for (int i = 0; i < count; i++) {
      next = session.take(next);
    }
    return since(start) / count;
  }

  private int[] greedy(int count, int... prompt) {
    int[] tokens = new int[count];
    tokens[0] = begin(prompt);
    for (int i = 1; i < count; i++) {
      tokens[i] = session.take(tokens[i - 1]);
    }
    return tokens;
  }

  /// {@return seconds to answer a request with so many tokens, and to check the answer, both from an empty text}
  private String check(int count, int... prompt) {
    TextLimits limits = new TextLimits(session.context(), count, CacheType.F16);
    VocabularyTable vocabulary = VocabularyTable.of(model);
    Writer writer = new Writer(limits, vocabulary, CheckGraph.answerBytes(limits, vocabulary));
    byte[] request = new TextRequest(prompt, count).encode(limits);
    int[] heard = new int[1];
    session.cut(0);
    long start = System.nanoTime();
    byte[] tape = writer.answer(session, request, _ -> heard[0]++);
    double generated = since(start);
    if (heard[0] != count) {
      throw new BenchException("the model ends its answer after %d tokens".formatted(heard[0]));
    }
    session.cut(0);
    start = System.nanoTime();
    boolean right = writer.isRight(session, request, tape);
    double checked = since(start);
    if (!right) {
      throw new BenchException("an answer of the model's is not right when it is checked");
    }
    return generated + " " + checked;
  }

  /// {@return what a token allocates in the best of several windows}: HotSpot itself allocates now and then
  private long allocated(int count, int... prompt) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int next = begin(prompt);
    long least = Long.MAX_VALUE;
    for (int window = 0; window < WINDOWS; window++) {
      session.cut(prompt.length);
      long before = threads.getTotalThreadAllocatedBytes();
      for (int i = 0; i < count; i++) {
        next = session.take(next);
      }
      least = Math.min(least, threads.getTotalThreadAllocatedBytes() - before);
    }
    return least / count;
  }

  private double gap(int token, int other, int... prompt) {
    begin(prompt);
    return logit(token) - logit(other);
  }

  private double logit(int token) {
    return session.logits().getAtIndex(ValueLayout.JAVA_FLOAT, token);
  }

  private int likeliest(int[] tokens, int... prompt) {
    begin(prompt);
    return IntStream.of(tokens).boxed().max(Comparator.comparingDouble(this::logit)).orElseThrow();
  }

  private String surprise(int... text) {
    session.cut(0);
    double[] scores = new double[model.hyperparameters().vocabulary()];
    StringJoiner surprises = new StringJoiner(" ");
    for (int i = 0; i + 1 < text.length; i++) {
      session.take(text[i]);
      Arrays.setAll(scores, this::logit);
      surprises.add(Double.toString(Surprise.of(scores, text[i + 1])));
    }
    return surprises.toString();
  }

  /// {@return the most bytes that were in memory}
  private static long memory() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
