package opml.cli.command.market;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Json;
import opml.cli.option.KnownModel;
import opml.core.account.Wei;
import opml.ethereum.chain.ChainException;
import opml.ethereum.send.Signer;
import opml.hub.DeploymentFile;
import opml.node.NodeChain;
import opml.node.NodeStore;
import opml.node.config.NodeConfig;
import opml.store.Store;
import opml.store.StoreException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Checks a node before it runs.
@Command(
    name = "check",
    description = {
      "Reads a node's file and opens what it names: key, models, chain, hub, store; sends nothing.",
      "Tells everything that is wrong at once. A fault of the files ends with 2, a chain that is away with 1."
    },
    footer = {"  opml node check --config node.toml", "  opml node check --json"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class NodeCheckCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private ConfigOption options;

  @Override
  public Integer call() {
    List<NodeFiles> all = NodeFiles.all(options.readAll(), console);
    NeighbourNodes.compare(all);
    for (NodeFiles files : all) {
      files
          .described()
          .ifPresent(
              described -> {
                try {
                  lookAt(files.config(), files, described);
                } catch (ChainException e) {
                  files.blame(e);
                }
              });
    }
    NodeFiles.fail(all);
    console.show(Json.object("check", "ok"), () -> "nothing is wrong");
    return 0;
  }

  private void lookAt(NodeConfig config, NodeFiles files, DeploymentFile described) {
    try (NodeChain chain =
        NodeChain.open(
            files.urls(),
            described,
            config.chain().trust(),
            config.chain().quorum(),
            (_, _) -> {})) {
      long block = chain.chain().latest().number();
      console.show(
          Json.object(
              "check",
              "chain",
              "id",
              chain.chain().id(),
              "block",
              block,
              "hub",
              chain.deployment().hub().address()),
          () ->
              "chain %d at block %s, hub %s"
                  .formatted(
                      chain.chain().id(),
                      Amounts.count(block),
                      chain.deployment().hub().address()));
      files.account().ifPresent(account -> tellOf(account, chain));
      files.account().ifPresent(account -> openStore(config, files, account, chain));
      AgentModels models =
          new AgentModels(List.copyOf(files.models().values()), chain.deployment(), chain.chain());
      for (Map.Entry<Path, KnownModel> model : files.models().entrySet()) {
        boolean registered = models.isRegistered(model.getValue().id());
        console.show(
            Json.object(
                "check",
                "model",
                "file",
                model.getKey(),
                "id",
                model.getValue().id().toString(),
                "registered",
                registered),
            () ->
                "model %s is %s%s"
                    .formatted(
                        model.getKey(),
                        model.getValue().id(),
                        registered ? "" : ", which is not registered: nobody can ask for it"));
      }
    }
  }

  private void openStore(NodeConfig config, NodeFiles files, Signer account, NodeChain chain) {
    try (Store store = NodeStore.open(config.store(), chain, account.address())) {
      int waiting = store.outbox().unmined().size();
      console.show(
          Json.object(
              "check", "store", "at", StoreTrouble.place(config.store()), "unmined", waiting),
          () ->
              "store %s, transactions on their way: %d"
                  .formatted(StoreTrouble.place(config.store()), waiting));
    } catch (StoreException | UncheckedIOException e) {
      files.blame(StoreTrouble.of(config.store(), e));
    }
  }

  private void tellOf(Signer account, NodeChain chain) {
    if (!account.address().isZero()) {
      Wei balance = chain.chain().balance(account.address(), chain.chain().latest());
      console.show(
          Json.object("check", "account", "address", account.address(), "balance", balance),
          () -> "account %s has %s".formatted(account.address(), Amounts.rounded(balance)));
    }
  }
}
