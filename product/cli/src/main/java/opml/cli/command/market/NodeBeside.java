package opml.cli.command.market;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import opml.agent.StoredHistory;
import opml.cli.console.Failure;
import opml.cli.option.DeploymentOption;
import opml.core.account.Address;
import opml.ethereum.chain.BlockRef;
import opml.hub.Deployment;
import opml.hub.DeploymentFile;
import opml.hub.Picture;
import opml.hub.StoredPicture;
import opml.node.NodeStore;
import opml.node.config.NodeConfig;
import opml.store.StoreException;
import opml.store.StoreIdentity;
import opml.store.sql.SqlStore;

/// A node as its store shows it to somebody beside it, whether it runs or not, at one moment. Neither its key nor any
/// chain is asked.
record NodeBeside(NodeConfig config, DeploymentFile described, SqlStore store)
    implements AutoCloseable {
  /// @throws Failure if the store cannot be read, or is that of another hub than the file names
  static NodeBeside open(NodeConfig config) {
    DeploymentFile described =
        DeploymentOption.described(config.chain().deployment(), "[chain] deployment names another");
    try {
      NodeBeside beside = new NodeBeside(config, described, NodeStore.beside(config.store()));
      beside.requireOwn();
      return beside;
    } catch (StoreException | UncheckedIOException e) {
      throw StoreTrouble.of(config.store(), e);
    }
  }

  private void requireOwn() {
    StoreIdentity identity = store.identity();
    if (identity.chainId() != described.chainId()
        || !identity.hub().equals(described.hub())
        || identity.firstBlock() != described.block()) {
      store.close();
      throw Failure.misuse(
          "[store]: %s is the store of %s, and %s describes another"
              .formatted(
                  StoreTrouble.place(config.store()), identity, config.chain().deployment()));
    }
  }

  Deployment deployment() {
    return described.unchecked();
  }

  /// {@return the account, as the node's last start said}
  Optional<Address> account() {
    return store.account();
  }

  /// {@return the newest block that was read; nothing if none was}
  Optional<BlockRef> head() {
    List<BlockRef> blocks = store.projection().blocks();
    return blocks.isEmpty() ? Optional.empty() : Optional.of(blocks.getLast());
  }

  /// {@return the hub after that block; nothing if none was read}
  Optional<Picture> picture() {
    Deployment deployment = deployment();
    return head()
        .map(
            block ->
                StoredPicture.of(
                    deployment, new StoredHistory(store.projection(), deployment), block));
  }

  /// {@return the number of the block up to which everything is final; -1 if nobody knows}
  long finalBlock() {
    return store.projection().finalised().map(BlockRef::number).orElse(-1L);
  }

  @Override
  public void close() {
    store.close();
  }
}
