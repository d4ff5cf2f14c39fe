package opml.cli.command.market;

import java.io.UncheckedIOException;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.core.account.Address;
import opml.node.NodeChain;
import opml.node.NodeStore;
import opml.node.config.NodeConfig;
import opml.node.config.NodeConfig.StorePart;
import opml.store.Store;
import opml.store.StoreException;

/// A node's store in the place of the node itself, which does not run meanwhile: it is opened with its key's account
/// and its chain, and its lock is held.
record NodeOwner(NodeConfig config, NodeChain chain, Address account, Store store)
    implements AutoCloseable {
  /// @throws Failure if the node runs, or what it names cannot be opened
  static NodeOwner open(NodeConfig config, Console console) {
    if (config.store() instanceof StorePart.InMemory) {
      throw Failure.misuse("[store]: kind = \"memory\" keeps nothing that could be changed here");
    }
    NodeFiles files = new NodeFiles(config.withoutRoles(), console);
    files.fail();
    NodeChain chain =
        NodeChain.open(
            files.urls(),
            files.described().orElseThrow(),
            config.chain().trust(),
            config.chain().quorum(),
            (_, _) -> {});
    try {
      Address account = files.account().orElseThrow().address();
      return new NodeOwner(config, chain, account, NodeStore.open(config.store(), chain, account));
    } catch (StoreException.Locked e) {
      chain.close();
      throw new Failure("[store]: the node runs: " + e.getMessage(), e);
    } catch (StoreException | UncheckedIOException e) {
      chain.close();
      throw StoreTrouble.of(config.store(), e);
    } catch (RuntimeException e) {
      chain.close();
      throw e;
    }
  }

  @Override
  public void close() {
    store.close();
    chain.close();
  }
}
