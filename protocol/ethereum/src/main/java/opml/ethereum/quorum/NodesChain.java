package opml.ethereum.quorum;

import java.util.List;
import opml.ethereum.chain.Chain;

/// A chain behind one or several nodes.
public interface NodesChain extends Chain, AutoCloseable {
  /// {@return the names of its nodes, in their order, without what is secret in their URLs}
  List<String> nodes();

  /// Lets go of all connections.
  @Override
  void close();
}
