package opml.node;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.proof.Trust;
import opml.ethereum.quorum.NodesChain;
import opml.ethereum.quorum.Quorum;
import opml.hub.Deployment;
import opml.hub.DeploymentFile;

/// A node's chain, open, with the contracts on it: one object for all roles. All its nodes stand behind one vote, also
/// if there is only one of them, so that whoever is away is asked again, and its faults are told by its name.
public final class NodeChain implements AutoCloseable {
  private final NodesChain nodes;
  private final SendGate gate;
  private final Deployment deployment;

  private NodeChain(NodesChain nodes, SendGate gate, Deployment deployment) {
    this.nodes = nodes;
    this.gate = gate;
    this.deployment = deployment;
  }

  /// Connects to the chain and checks that the contracts are there.
  ///
  /// @param urls of nodes, http or https, none of them twice
  /// @param trust what it takes for a node to be believed
  /// @param needed so many of them must say the same
  /// @param faults hears of nodes that fail, lie, or say something else than the others
  /// @throws ChainException if the chain is away, another one, or without the contracts
  public static NodeChain open(
      List<URI> urls, DeploymentFile described, Trust trust, int needed, Quorum.Listener faults) {
    NodesChain nodes = trust.open(urls, described.chainId(), needed, faults);
    try {
      SendGate gate = new SendGate(nodes);
      return new NodeChain(nodes, gate, described.open(gate));
    } catch (RuntimeException e) {
      nodes.close();
      throw e;
    }
  }

  public Chain chain() {
    return gate;
  }

  public Deployment deployment() {
    return deployment;
  }

  /// {@return the names of its nodes, without what is secret in their URLs}
  public List<String> nodes() {
    return nodes.nodes();
  }

  /// Lets nothing more be sent, and waits for what is being sent.
  ///
  /// @return whether that has been answered
  public boolean stopSending(Duration patience) {
    return gate.shut(patience);
  }

  @Override
  public void close() {
    nodes.close();
  }
}
