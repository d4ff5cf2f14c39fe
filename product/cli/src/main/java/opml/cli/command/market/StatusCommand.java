package opml.cli.command.market;

import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.option.DeploymentOption;
import opml.hub.HubReader;
import opml.hub.Picture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Shows what the hub holds.
@Command(
    name = "status",
    description = "Shows requests, claims, games and credits, as the chain has them now.",
    footer = {"  opml status", "  opml status 0x1b2c3d4e", "  opml status --json"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class StatusCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private DeploymentOption deployment;

  @Parameters(
      arity = "0..1",
      paramLabel = "ID",
      description =
          "Only this request, claim or game, and what belongs to it; the first digits are enough.")
  private Optional<String> id;

  @Override
  public Integer call() {
    // As the tables show it, cut short, an id may be pasted too.
    Optional<String> prefix = id.map(text -> text.replaceFirst("…$", ""));
    if (prefix.isPresent() && !prefix.get().matches("0x[0-9a-fA-F]{4,64}")) {
      throw new Failure("ID " + id.get() + ": expected is 0x and 4 to 64 hexadecimal digits");
    }
    try (DeploymentOption.Opened opened = deployment.open()) {
      Picture picture = new HubReader(opened.deployment(), opened.chain()).read();
      Overview overview =
          Overview.of(picture, opened.deployment().parameters().window(), prefix.orElse("0x"));
      if (id.isPresent() && overview.isEmpty()) {
        throw new Failure("no request, claim or game begins with " + id.get());
      }
      Credits credits =
          Credits.read(opened.deployment(), opened.chain().snapshot(picture.block()), picture);
      console.show(
          overview.object(picture.block(), credits),
          () -> overview.text(picture.block()) + credits);
    }
    return 0;
  }
}
