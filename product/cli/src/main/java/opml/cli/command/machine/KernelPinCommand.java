package opml.cli.command.machine;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.CheckoutHome;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.compiler.Pin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Pins the kernels' programs.
@Command(
    name = "pin",
    description = {
      "Compiles all kernels, and writes the roots and step bounds of their programs into this checkout.",
      "Models are known by these roots: a kernel whose root changes makes other models of the same files."
    },
    footer = {"  opml kernel pin", "  opml kernel pin --out programs.tsv"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class KernelPinCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write here, and not into the checkout.")
  private Optional<Path> out;

  @Override
  public Integer call() {
    Path file = out.orElseGet(() -> Pin.file(CheckoutHome.find()));
    List<String> changed;
    try {
      changed = Pin.write(file);
    } catch (IOException e) {
      throw Messages.at(file, e);
    } catch (IllegalStateException e) {
      throw new Failure(String.valueOf(e.getMessage()), e);
    }
    console.show(
        Json.object("file", file, "changed", changed),
        () ->
            changed.isEmpty()
                ? file + ": nothing has changed"
                : "%s: changed %s".formatted(file, String.join(", ", changed)));
    return 0;
  }
}
