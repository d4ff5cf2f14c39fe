package opml.cli.option;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import picocli.CommandLine.Option;

/// The text that a language model goes on with.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class PromptOptions {
  /// More than any context holds.
  private static final int MOST_BYTES = 1 << 28;

  private static final Path STANDARD_INPUT = Path.of("-");

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

  /// {@return whether there is one}
  public boolean isThere() {
    return prompt.isPresent() || file.isPresent();
  }

  /// {@return the text}
  ///
  /// @throws Failure if there is none, or two, or the file cannot be read
  public String text() {
    if (prompt.isPresent() == file.isPresent()) {
      throw new Failure(
          "--prompt: expected is a text to go on with, either --prompt TEXT or --file FILE");
    }
    return prompt.orElseGet(() -> read(file.orElseThrow()));
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
