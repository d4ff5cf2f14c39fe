package opml.cli.command.pull;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.cli.console.Problems;
import opml.cli.console.StopSignal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Fetches a file.
@Command(
    name = "pull",
    description = {
      "Fetches a model's file by HTTP, and goes on where it was when the connection breaks.",
      "The file has its name once it is whole and, where its SHA-256 is known, right. That is known"
          + " by --sha256, by Hugging Face's answer, or by a file beside it whose name ends with"
          + " .sha256.",
      "What came stays in FILE.part: when nothing comes six times, or it is interrupted, the same"
          + " command goes on from there. Of a FILE that is there already nothing is fetched; with"
          + " --sha256, it is checked."
    },
    footer = {
      "  opml pull https://huggingface.co/OWNER/NAME/resolve/main/model.gguf",
      "  opml pull https://example.org/model.gguf -o models/small.gguf \\",
      "      --sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class PullCommand implements Callable<Integer> {
  private static final Pull.Patience PATIENCE =
      new Pull.Patience(Duration.ofSeconds(60), Duration.ofSeconds(2), 6);

  @Mixin private Console console;

  @Parameters(paramLabel = "PLACE", description = "Where the file is: an http or https URL.")
  private URI place;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where to put it, a file or a folder (default: its own name, here).")
  private Optional<Path> output;

  @Option(
      names = "--sha256",
      paramLabel = "DIGITS",
      description = "The SHA-256 that the file must have, 64 hexadecimal digits.")
  private Optional<String> sha256;

  @Override
  public Integer call() throws IOException {
    if (!Pull.isHttp(place)) {
      throw Failure.misuse(place + ": expected is an http or https URL");
    }
    new Problems()
        .when(
            sha256.filter(digits -> !digits.matches("[0-9a-fA-F]{64}")).isPresent(),
            "--sha256: expected are 64 hexadecimal digits")
        .fail();
    Optional<String> told = sha256.map(digits -> digits.toLowerCase(Locale.ROOT));
    Path target = target();
    if (Files.exists(target)) {
      return there(target, told);
    }
    try (StopSignal _ = StopSignal.open()) {
      Pull.Pulled pulled = new Pull(place, target, told, PATIENCE, console::note).run();
      show(target, pulled.bytes(), pulled.sha256(), pulled.checked());
      return ExitCode.OK;
    } catch (InterruptedException e) {
      console.note("interrupted; what came is kept, and the same command goes on");
      return ExitCode.INTERRUPTED;
    } catch (IOException e) {
      throw Messages.at(target, e);
    }
  }

  private Path target() {
    Path given = output.orElse(Path.of(""));
    if (!output.isEmpty() && !Files.isDirectory(given)) {
      Path folder = given.toAbsolutePath().getParent();
      if (folder != null && !Files.isDirectory(folder)) {
        throw new Failure("--output %s: there is no folder %s".formatted(given, folder));
      }
      return given;
    }
    String path = Optional.ofNullable(place.getPath()).orElse("");
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (name.isBlank()
        || name.startsWith(".")
        || name.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      throw Failure.misuse(place + ": it ends with no name for a file; say one with -o");
    }
    return given.resolve(name);
  }

  /// A file that is there stays as it is.
  private int there(Path target, Optional<String> told) throws IOException {
    boolean isRight =
        Files.isRegularFile(target)
            && told.isPresent()
            && PartFile.sha256(target).equals(told.get());
    if (!isRight) {
      throw new Failure(
          "%s: it is there%s; name another place with -o, or remove it"
              .formatted(
                  target,
                  told.isPresent()
                      ? ", with another SHA-256"
                      : " already, and --sha256 would check it"));
    }
    show(target, Files.size(target), told.get(), "--sha256");
    return ExitCode.OK;
  }

  private void show(Path target, long bytes, String digits, String checked) {
    console.show(
        Json.object(
            "file", target.toString(), "bytes", bytes, "sha256", digits, "checked", checked),
        () ->
            "%s: %s, SHA-256 %s, %s"
                .formatted(
                    target,
                    Amounts.count(bytes, "byte"),
                    digits,
                    checked.isEmpty() ? "no SHA-256 of it is known" : "as it is by " + checked));
  }
}
