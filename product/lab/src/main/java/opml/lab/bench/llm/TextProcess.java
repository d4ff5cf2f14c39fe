package opml.lab.bench.llm;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import opml.lab.bench.BenchException;
import opml.lab.bench.llm.LlmFigures.Check;
import opml.lab.bench.llm.LlmFigures.Claim;

/// A process that has a model open, ours or llama.cpp's, and answers a line with a line: both are asked the same, and
/// each takes its time itself. A line that begins with `!` says why there is no answer.
///
/// It begins with the seconds that it took from opening the file to the first token.
final class TextProcess implements AutoCloseable {
  private static final long SECONDS_TO_END = 10;

  /// Letters of what a process said that are passed on.
  private static final int MOST_SAID = 600;

  /// Whoever takes longer for an answer is ended.
  private static final Duration MOST = Duration.ofMinutes(10);

  private final String name;
  private final Path errors;
  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter questions;
  private final double loadSeconds;

  /// @param name what errors call it
  TextProcess(String name, List<String> command, Path folder) throws IOException {
    this.name = name;
    this.errors = Files.createTempFile("opml-text", ".txt");
    this.process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectError(errors.toFile())
            .start();
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.questions = process.outputWriter(StandardCharsets.UTF_8);
    this.loadSeconds = Double.parseDouble(line("its start"));
  }

  private String line(String what) throws IOException {
    String line;
    try (ProcessWatch watch = new ProcessWatch(process, MOST)) {
      line = answers.readLine();
      if (line == null && watch.hasEnded()) {
        close();
        throw new BenchException(
            "%s took more than %d s for %s".formatted(name, MOST.toSeconds(), what));
      }
    }
    if (line == null) {
      String said = ending();
      close();
      throw new BenchException("%s ended at %s: %s".formatted(name, what, said));
    }
    if (line.startsWith("!")) {
      throw new BenchException("%s, %s: %s".formatted(name, what, line.substring(1).strip()));
    }
    return line;
  }

  /// {@return what it said last, and how it ended}
  private String ending() throws IOException {
    String said =
        Files.readAllLines(errors).stream()
            .filter(line -> !line.isBlank() && !line.startsWith("\tat "))
            .collect(Collectors.joining("; "));
    said = said.substring(0, Math.min(MOST_SAID, said.length()));
    try {
      if (process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
        return "%s (exit code %d)".formatted(said, process.exitValue()).strip();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return said;
  }

  private String ask(String question) throws IOException {
    String what = question.split(" ", 2)[0];
    try {
      questions.write(question + "\n");
      questions.flush();
    } catch (IOException e) {
      throw new BenchException("%s ended before %s: %s".formatted(name, what, ending()), e);
    }
    return line(what);
  }

  private double[] askNumbers(String question) throws IOException {
    String answer = ask(question);
    return Arrays.stream(answer.split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
  }

  private static String words(int... numbers) {
    return IntStream.of(numbers).mapToObj(Integer::toString).collect(Collectors.joining(" "));
  }

  /// {@return seconds from opening the file to the first token}
  double loadSeconds() {
    return loadSeconds;
  }

  /// {@return seconds of the processor that it has taken so far, by all its threads; 0 where nobody tells}
  double cpuSeconds() {
    return process.info().totalCpuDuration().map(time -> time.toNanos() / 1e9).orElse(0.0);
  }

  /// {@return seconds to read a prompt; of llama.cpp also whether flash attention was on, as 0 or 1}
  double[] prompt(int... prompt) throws IOException {
    return askNumbers("prompt " + words(prompt));
  }

  /// {@return seconds a token, of so many behind a prompt; of llama.cpp also whether flash attention was on}
  double[] decode(int count, int... prompt) throws IOException {
    return askNumbers("decode %d %s".formatted(count, words(prompt)));
  }

  /// {@return the most likely tokens behind a prompt}
  int[] greedy(int count, int... prompt) throws IOException {
    String answer = ask("greedy %d %s".formatted(count, words(prompt)));
    return Arrays.stream(answer.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
  }

  /// {@return how unlikely each token of a text is but the first: minus the natural logarithm of its probability}
  double[] surprise(int... text) throws IOException {
    return askNumbers("surprise " + words(text));
  }

  /// {@return the most bytes of memory that the process has had, pages of the model's file among them}
  double memory() throws IOException {
    return askNumbers("memory")[0];
  }

  /// Runs everything until HotSpot has compiled it. Only ours needs it.
  void warm(int... prompt) throws IOException {
    String _ = ask("warm " + words(prompt));
  }

  /// {@return what checking an answer takes, beside writing it}
  Check check(int count, int... prompt) throws IOException {
    double[] seconds = askNumbers("check %d %s".formatted(count, words(prompt)));
    return new Check(modelName(), seconds[0], seconds[1]);
  }

  /// {@return what claiming an answer takes, beside writing it}
  Claim claim(int count, int... prompt) throws IOException {
    double[] seconds = askNumbers("claim %d %s".formatted(count, words(prompt)));
    List<Claim.Part> parts = new ArrayList<>();
    for (int i = 0; i < ClaimCost.PARTS.size(); i++) {
      parts.add(new Claim.Part(ClaimCost.PARTS.get(i), seconds[3 + i]));
    }
    return new Claim(modelName(), seconds[0], parts, seconds[1], seconds[2]);
  }

  /// {@return a dispute's seconds, moves and gas}
  double[] dispute(DisputedToken token) throws IOException {
    return askNumbers("dispute " + token);
  }

  private String modelName() {
    return name.substring(name.lastIndexOf(' ') + 1);
  }

  /// {@return bytes that a token allocates, behind a prompt}
  long allocated(int count, int... prompt) throws IOException {
    return (long) askNumbers("allocated %d %s".formatted(count, words(prompt)))[0];
  }

  /// {@return how much greater the score of one token is than that of another, behind a prompt}
  double gap(int one, int other, int... prompt) throws IOException {
    return askNumbers("gap %d %d %s".formatted(one, other, words(prompt)))[0];
  }

  /// {@return the one of these tokens that is the most likely behind a prompt}
  int likeliest(int[] tokens, int... prompt) throws IOException {
    return (int)
        askNumbers("likeliest %d %s %s".formatted(tokens.length, words(tokens), words(prompt)))[0];
  }

  /// Ends the process.
  @Override
  public void close() throws IOException {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It has ended already, with something unsaid.
    }
    try {
      if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } finally {
      Files.deleteIfExists(errors);
    }
  }
}
