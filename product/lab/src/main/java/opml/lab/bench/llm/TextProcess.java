package opml.lab.bench.llm;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import opml.lab.bench.BenchException;

/// A process that has a model open, ours or llama.cpp's, and answers a line with a line: both are asked the same, and
/// each takes its time itself.
///
/// It begins with the seconds that it took from opening the file to the first token.
final class TextProcess implements AutoCloseable {
  private static final long SECONDS_TO_END = 10;

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
    String line = answers.readLine();
    if (line == null) {
      String said = Files.readString(errors).strip();
      close();
      throw new BenchException("%s ended at %s: %s".formatted(name, what, said));
    }
    return line;
  }

  private String ask(String question) throws IOException {
    questions.write(question + "\n");
    questions.flush();
    return line(question.split(" ", 2)[0]);
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

  /// {@return seconds to read a prompt}
  double prompt(int... prompt) throws IOException {
    return askNumbers("prompt " + words(prompt))[0];
  }

  /// {@return seconds a token, of so many behind a prompt}
  double decode(int count, int... prompt) throws IOException {
    return askNumbers("decode %d %s".formatted(count, words(prompt)))[0];
  }

  /// {@return the most likely tokens behind a prompt}
  int[] greedy(int count, int... prompt) throws IOException {
    String answer = ask("greedy %d %s".formatted(count, words(prompt)));
    return Arrays.stream(answer.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
  }

  /// {@return the most bytes of memory that the process has had, pages of the model's file among them}
  double memory() throws IOException {
    return askNumbers("memory")[0];
  }

  /// Runs everything until HotSpot has compiled it. Only ours needs it.
  void warm(int... prompt) throws IOException {
    String _ = ask("warm " + words(prompt));
  }

  /// {@return the share of an answer's time that checking it takes}
  double check(int count, int... prompt) throws IOException {
    double[] seconds = askNumbers("check %d %s".formatted(count, words(prompt)));
    return seconds[1] / seconds[0];
  }

  /// {@return bytes that a token allocates, behind a prompt}
  long allocated(int count, int... prompt) throws IOException {
    return (long) askNumbers("allocated %d %s".formatted(count, words(prompt)))[0];
  }

  /// {@return how much greater the score of one token is than that of another, behind a prompt}
  double gap(int one, int other, int... prompt) throws IOException {
    return askNumbers("gap %d %d %s".formatted(one, other, words(prompt)))[0];
  }

  /// {@return the words of a text as the model's tokens, the one for a beginning before them}
  int[] encode(String text) throws IOException {
    String answer = ask("encode " + text);
    return Arrays.stream(answer.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
  }

  /// Ends the process.
  @Override
  public void close() throws IOException {
    try {
      process.getOutputStream().close();
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
