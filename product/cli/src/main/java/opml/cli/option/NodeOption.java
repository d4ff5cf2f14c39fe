package opml.cli.option;

import java.net.URI;
import opml.cli.console.Failure;
import opml.ethereum.rpc.Rpc;
import opml.ethereum.rpc.RpcChain;

/// The node through which a chain is reached.
public final class NodeOption {
  /// Where `chain up` listens if it is not told otherwise.
  public static final URI LOCAL = URI.create("http://127.0.0.1:8545");

  private NodeOption() {}

  /// {@return the chain that a node serves}
  ///
  /// @throws opml.ethereum.chain.ChainException.Unreachable if it does not answer
  public static RpcChain connect(URI url) {
    return RpcChain.connect(rpc(url));
  }

  /// {@return the chain that a node serves, which must be this one}
  ///
  /// @throws opml.ethereum.chain.ChainException.WrongChain if it is another one
  public static RpcChain connect(URI url, long chainId) {
    return RpcChain.connect(rpc(url), chainId);
  }

  private static Rpc rpc(URI url) {
    try {
      return new Rpc(url);
    } catch (IllegalArgumentException e) {
      // The URL itself is not repeated: providers put secrets into it.
      throw new Failure("--rpc: " + e.getMessage() + ", such as " + LOCAL);
    }
  }
}
