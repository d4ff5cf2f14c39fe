package opml.cli.option;

import java.io.IOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.core.hash.Bytes32;
import opml.ethereum.rpc.RpcChain;
import opml.ethereum.send.SendPolicy;
import opml.ethereum.send.Sender;
import opml.ethereum.send.Signer;
import opml.ethereum.send.TransactionListener;
import opml.hub.Deployment;
import opml.hub.DeploymentFile;
import opml.hub.Hub;
import opml.hub.ModelRegistration;
import picocli.CommandLine.Option;

/// Which contracts on which chain.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class DeploymentOption {
  @Option(
      names = "--deployment",
      paramLabel = "FILE",
      defaultValue = "deployment.json",
      description = "What 'opml deploy' wrote (default: ${DEFAULT-VALUE}).")
  private Path file;

  /// An agent looks at its clocks again when a transaction waits long.
  private static final SendPolicy SENDING = SendPolicy.DEFAULT.withTimeout(Duration.ofMinutes(1));

  @Option(
      names = "--rpc",
      paramLabel = "URL",
      description =
          "The chain's node (default: the one in the deployment file, or http://127.0.0.1:8545).")
  private Optional<URI> rpc;

  /// The contracts, open, and the chain that they are on.
  public record Opened(RpcChain chain, Deployment deployment) implements AutoCloseable {
    /// {@return the hub's calls for an account}
    public Hub hub(Signer account) {
      return hub(account, TransactionListener.NONE);
    }

    /// {@return the hub's calls for an account}
    ///
    /// @param listener hears of every transaction that came into a block
    public Hub hub(Signer account, TransactionListener listener) {
      return new Hub(deployment, new Sender(chain, account, SENDING, listener));
    }

    /// {@return whether the hub knows a model of this id}
    public boolean isRegistered(Bytes32 model) {
      return ModelRegistration.isRegistered(deployment, chain.snapshot(), model);
    }

    /// Checks that the hub is still there: whoever waits long may find another chain at the same place.
    ///
    /// @throws opml.ethereum.chain.ChainException.NoContract if it is not
    public void requireHub() {
      chain.snapshot().requireCode(deployment.hub().address(), "Hub");
    }

    @Override
    public void close() {
      chain.close();
    }
  }

  /// Connects to the chain and checks that the contracts are there.
  ///
  /// @throws Failure if the deployment file cannot be read
  /// @throws opml.ethereum.chain.ChainException if the chain is down, another one, or without the contracts
  public Opened open() {
    DeploymentFile described;
    try {
      described = DeploymentFile.read(file);
    } catch (NoSuchFileException e) {
      throw new Failure(
          file + ": there is no such file; 'opml deploy' writes it, --deployment names another", e);
    } catch (IOException e) {
      throw Messages.at(file, e);
    }
    URI url = rpc.or(described::rpc).orElse(NodeOption.LOCAL);
    RpcChain chain = NodeOption.connect(url, described.chainId());
    try {
      return new Opened(chain, described.open(chain));
    } catch (RuntimeException e) {
      chain.close();
      throw e;
    }
  }
}
