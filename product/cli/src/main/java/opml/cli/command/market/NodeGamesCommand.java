package opml.cli.command.market;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Json;
import opml.core.account.Address;
import opml.hub.Picture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Shows a node's games.
@Command(
    name = "games",
    description = {
      "Shows the games of a node's account, as its store has them, whether it runs or not.",
      "A clock that runs is shown by when it ends, one that stands by what it has left."
    },
    footer = {"  opml node games --config node.toml", "  opml node games --all --json"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class NodeGamesCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private ConfigOption options;

  @Option(names = "--all", description = "Those that are over, too, as long as they are kept.")
  private boolean all;

  @Override
  public Integer call() {
    try (NodeBeside node = NodeBeside.open(options.read())) {
      Optional<Picture> picture = node.picture();
      Optional<Address> account = node.account();
      if (picture.isEmpty() || account.isEmpty()) {
        console.show(Json.object("games", List.of()), () -> NodeStatusCommand.NOTHING_READ);
        return 0;
      }
      OwnGames games =
          OwnGames.of(
              picture.get(),
              account.get(),
              all,
              node.described().parameters().window(),
              InstantSource.system().instant().getEpochSecond());
      console.show(
          Json.object(
              "block",
              picture.get().block().number(),
              "account",
              account.get(),
              "games",
              games.objects()),
          () ->
              games.games().isEmpty()
                  ? "no game%s of %s at block %s"
                      .formatted(
                          all ? "" : " runs",
                          account.get(),
                          Amounts.count(picture.get().block().number()))
                  : games.table());
    }
    return 0;
  }
}
