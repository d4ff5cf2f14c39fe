package opml.cli.command.market;

import java.util.Optional;
import java.util.concurrent.Callable;
import opml.agent.AccountBooks;
import opml.agent.StoredHistory;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Json;
import opml.core.time.Time;
import opml.hub.Deployment;
import opml.hub.HubReader;
import opml.hub.Picture;
import opml.hub.Retention;
import opml.store.StoreException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Reads a node's chain anew.
@Command(
    name = "reindex",
    description = {
      "Forgets what a node has read of the chain, and reads it again from the deployment on; the node must not run.",
      "What it has on its way, its jobs and results, and the gas in its ledger stay. If it is interrupted, the next"
          + " start of the node goes on."
    },
    footer = {"  opml node reindex --config node.toml"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class NodeReindexCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private ConfigOption options;

  @Override
  public Integer call() {
    try (NodeOwner node = NodeOwner.open(options.read(), console)) {
      Deployment deployment = node.chain().deployment();
      node.store().projection().clear();
      HubReader reader =
          new HubReader(
              deployment,
              node.chain().chain(),
              1,
              Time.SYSTEM,
              new StoredHistory(
                  node.store().projection(),
                  deployment,
                  new AccountBooks(node.store(), deployment, node.account(), node.chain().chain())),
              Optional.of(new Retention(node.config().chain().finality(), Retention.BLOCKS)));
      Picture picture = reader.read();
      console.show(
          Json.object(
              "block", picture.block().number(),
              "requests", picture.requests().size(),
              "claims", picture.claims().size(),
              "games", picture.games().size(),
              "troubles", picture.troubles()),
          () ->
              "read anew up to block %s: %s, %s, %s%s"
                  .formatted(
                      Amounts.count(picture.block().number()),
                      Amounts.count(picture.requests().size(), "request"),
                      Amounts.count(picture.claims().size(), "claim"),
                      Amounts.count(picture.games().size(), "game"),
                      String.join("", picture.troubles().stream().map("\n"::concat).toList())));
    } catch (StoreException e) {
      throw StoreTrouble.of(options.read().store(), e);
    }
    return 0;
  }
}
