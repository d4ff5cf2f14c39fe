package opml.cli.option;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import picocli.CommandLine.Option;

/// The text that a language model goes on with.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class PromptOptions {
  /// More than any context holds.
  private static final int MOST_BYTES = 1 << 28;

  private static final Path STANDARD_INPUT = Path.of("-");
  private static final Pattern ESCAPE = Pattern.compile("\\\\([nrt'\"\\\\])");

  @Option(
      names = {"-p", "--prompt"},
      paramLabel = "TEXT",
      description =
          "The text to go on with; texts of the model's control tokens in it, such as <s>, are those tokens.")
  private Optional<String> prompt;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description =
          "A file of that text in UTF-8, whose last line end is none of it; - for the standard input.")
  private Optional<Path> file;

  @Option(
      names = {"-e", "--escape"},
      description =
          "Take \\n, \\r, \\t, \\', \\\" and \\\\ in the text for what they stand for in programs.")
  private boolean escaped;

  /// {@return whether there is one}
  public boolean isThere() {
    return prompt.isPresent() || file.isPresent();
  }

  /// {@return what errors about the text call it}
  public String name() {
    return file.map(known -> "--file " + known).orElse("--prompt");
  }

  /// {@return the text}
  ///
  /// @throws Failure if there is none, or two, or the file cannot be read
  public String text() {
    if (prompt.isPresent() == file.isPresent()) {
      throw new Failure(
          "--prompt: expected is a text to go on with, either --prompt TEXT or --file FILE");
    }
    String text = prompt.orElseGet(() -> read(file.orElseThrow()));
    return escaped ? unescaped(text) : text;
  }

  /// {@return a text with what its escapes stand for; what is none stays as it is, as with llama.cpp}
  private static String unescaped(String text) {
    return ESCAPE
        .matcher(text)
        .replaceAll(
            found ->
                Matcher.quoteReplacement(
                    switch (found.group(1)) {
                      case "n" -> "\n";
                      case "r" -> "\r";
                      case "t" -> "\t";
                      default -> found.group(1);
                    }));
  }

  private static String read(Path file) {
    try (InputStream in = file.equals(STANDARD_INPUT) ? System.in : Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new Failure("--file %s: more than %,d bytes".formatted(file, MOST_BYTES));
      }
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    } catch (CharacterCodingException e) {
      throw new Failure("--file " + file + ": expected is a text in UTF-8", e);
    } catch (IOException e) {
      throw new Failure("--file " + Messages.at(file, e).getMessage(), e);
    }
  }
}
