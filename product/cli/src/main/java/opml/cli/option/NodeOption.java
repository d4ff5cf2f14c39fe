package opml.cli.option;

import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.ethereum.proof.Trust;
import opml.ethereum.quorum.NodesChain;
import opml.ethereum.quorum.Quorum;
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
    return RpcChain.connect(rpc("--rpc", url));
  }

  /// {@return the chain that a node serves, which must be this one}
  ///
  /// @throws opml.ethereum.chain.ChainException.WrongChain if it is another one
  public static RpcChain connect(URI url, long chainId) {
    return RpcChain.connect(rpc("--rpc", url), chainId);
  }

  /// {@return the chain that nodes serve, of which so many must agree}; those that are away are asked again later
  ///
  /// @param trust what it takes for one of them to be believed
  /// @param err hears of nodes that fail, lie, or say something else than the others; now and then
  static NodesChain connect(
      Trust trust, List<URI> urls, long chainId, int needed, PrintWriter err) {
    Quorum.Listener told =
        (node, what) -> {
          err.println(Messages.oneLine("node %s: %s".formatted(node, what)));
          err.flush();
        };
    try {
      return trust.open(urls, chainId, needed, seldom(told));
    } catch (IllegalArgumentException e) {
      throw noUrl("--rpc", e);
    }
  }

  /// {@return who tells a listener of one node at most every half minute}
  public static Quorum.Listener seldom(Quorum.Listener listener) {
    return new Faults(listener, new HashMap<>());
  }

  private record Faults(Quorum.Listener listener, Map<String, Long> told)
      implements Quorum.Listener {
    private static final Duration PAUSE = Duration.ofSeconds(30);

    @Override
    public synchronized void fault(String node, String what) {
      long now = System.nanoTime();
      Long last = told.get(node);
      if (last == null || now - last >= PAUSE.toNanos()) {
        told.put(node, now);
        listener.fault(node, what);
      }
    }
  }

  /// @param option that named the URL
  static Rpc rpc(String option, URI url) {
    try {
      return new Rpc(url);
    } catch (IllegalArgumentException e) {
      throw noUrl(option, e);
    }
  }

  /// The URL itself is not repeated: providers put secrets into it.
  private static Failure noUrl(String option, IllegalArgumentException why) {
    return new Failure(option + ": " + why.getMessage() + ", such as " + LOCAL);
  }
}
