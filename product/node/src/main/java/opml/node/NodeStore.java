package opml.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.ChainException;
import opml.hub.Deployment;
import opml.node.config.NodeConfig.StorePart;
import opml.store.Store;
import opml.store.StoreException;
import opml.store.StoreIdentity;
import opml.store.memory.MapStore;
import opml.store.sql.SqlStore;

/// Opens what a node keeps.
public final class NodeStore {
  private NodeStore() {}

  /// {@return the store that a file names, which nobody else has while it is open}
  ///
  /// @param account that the node sends from
  /// @throws StoreException if it is another's, damaged, in use, or away
  /// @throws ChainException if the chain does not say what its first block is
  /// @throws UncheckedIOException if a file that it takes cannot be read
  public static Store open(StorePart part, NodeChain chain, Address account) {
    StoreIdentity identity = identity(chain);
    return switch (part) {
      case StorePart.InMemory() -> new MapStore(identity);
      case StorePart.InFile(Path file) -> SqlStore.sqlite(file, identity, account);
      case StorePart.InPostgres(String url, Optional<Path> password) ->
          SqlStore.postgres(password.map(file -> with(url, file)).orElse(url), identity, account);
    };
  }

  /// {@return the store that a file names, as somebody beside the node sees it, whether the node runs or not: it reads
  /// one state, and writes nothing but orders}
  ///
  /// @throws StoreException if there is none that this opml can read
  /// @throws UncheckedIOException if a file that it takes cannot be read
  public static SqlStore beside(StorePart part) {
    return switch (part) {
      case StorePart.InMemory() ->
          throw new StoreException.Unusable(
              "kind = \"memory\" is a store that nobody but the node itself can see", null);
      case StorePart.InFile(Path file) -> SqlStore.besideSqlite(file);
      case StorePart.InPostgres(String url, Optional<Path> password) ->
          SqlStore.besidePostgres(password.map(file -> with(url, file)).orElse(url));
    };
  }

  private static StoreIdentity identity(NodeChain chain) {
    Deployment deployment = chain.deployment();
    Bytes32 genesis =
        chain
            .chain()
            .block(0)
            .map(BlockRef::hash)
            .orElseThrow(() -> new ChainException.Malformed("the node has no block 0"));
    return new StoreIdentity(
        deployment.chainId(), deployment.hub().address(), genesis, deployment.block());
  }

  private static String with(String url, Path password) {
    try {
      String word = Files.readString(password).strip();
      return url
          + (url.contains("?") ? "&" : "?")
          + "password="
          + URLEncoder.encode(word, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
