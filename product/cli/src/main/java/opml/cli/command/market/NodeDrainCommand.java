package opml.cli.command.market;

import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Console;
import opml.cli.console.Json;
import opml.cli.console.Moments;
import opml.store.Orders;
import opml.store.StoreException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Has a node begin nothing new.
@Command(
    name = "drain",
    description = {
      "Has a node begin nothing new, from its next look at the chain on, until that is undone; it plays on.",
      "That stands in its store, for the next start, too. It is the only thing that others than the node write there."
    },
    footer = {"  opml node drain --config node.toml", "  opml node drain --undo"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class NodeDrainCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private ConfigOption options;

  @Option(names = "--undo", description = "Have it begin new things again.")
  private boolean undo;

  @Override
  public Integer call() {
    try (NodeBeside node = NodeBeside.open(options.read())) {
      Orders orders = node.store().orders();
      Optional<Long> before = orders.drainedSince();
      long now = InstantSource.system().instant().getEpochSecond();
      boolean isNew = undo ? orders.undrain() : orders.drain(now);
      console.show(
          Json.object(
              "drained", !undo, "since", undo ? null : before.orElse(now), "changed", isNew),
          () -> told(isNew, before.map(since -> Moments.ago(now - since)).orElse("")));
    } catch (StoreException e) {
      throw StoreTrouble.of(options.read().store(), e);
    }
    return 0;
  }

  private String told(boolean isNew, String since) {
    if (undo) {
      return isNew ? "the node begins new things again" : "the node was not drained";
    }
    return isNew
        ? "the node begins nothing new; 'opml node games' shows what it still plays"
        : "the node was drained " + since;
  }
}
