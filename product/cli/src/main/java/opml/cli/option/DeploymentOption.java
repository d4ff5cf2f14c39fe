package opml.cli.option;

import java.io.IOException;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.core.codec.Printable;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.Chain;
import opml.ethereum.proof.Trust;
import opml.ethereum.quorum.NodesChain;
import opml.ethereum.quorum.Quorum;
import opml.ethereum.rpc.RpcChain;
import opml.ethereum.send.SendPolicy;
import opml.ethereum.send.Sender;
import opml.ethereum.send.Signer;
import opml.ethereum.send.TransactionListener;
import opml.hub.Deployment;
import opml.hub.DeploymentFile;
import opml.hub.Hub;
import opml.hub.ModelRegistration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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
  public static final SendPolicy SENDING = SendPolicy.DEFAULT.withTimeout(Duration.ofMinutes(1));

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--rpc",
      paramLabel = "URL",
      description = {
        "The chain's node (default: the one in the deployment file, or http://127.0.0.1:8545).",
        "Given several times, other nodes stand in for one that fails."
      })
  private List<URI> rpc = List.of();

  @Option(
      names = "--quorum",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "How many of the nodes must say the same before it is believed (default: ${DEFAULT-VALUE}). With 2 of 3,"
              + " nothing that one node makes up is acted upon.")
  private int quorum;

  @Option(
      names = "--trust",
      paramLabel = "HOW",
      description = {
        "What it takes to believe a node: single, that it says so; quorum, that --quorum of them do; proof, that hashes"
            + " bind it, and --quorum of them vouch for the newest block's hash (default: single, or quorum with"
            + " --quorum above 1)."
      })
  private Optional<String> trust = Optional.empty();

  /// The contracts, open, and the chain that they are on.
  public record Opened(Chain chain, Deployment deployment, Runnable closing)
      implements AutoCloseable {
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
      closing.run();
    }
  }

  /// Connects to the chain and checks that the contracts are there.
  ///
  /// @throws Failure if the deployment file cannot be read
  /// @throws opml.ethereum.chain.ChainException if the chain is down, another one, or without the contracts
  public Opened open() {
    DeploymentFile described = described(file, "--deployment names another");
    List<URI> urls =
        rpc.isEmpty() ? List.of(described.rpc().orElse(NodeOption.LOCAL)) : List.copyOf(rpc);
    if (quorum < 1 || quorum > urls.size()) {
      throw new Failure(
          "--quorum %d: expected is 1 to %d, the number of nodes (--rpc)"
              .formatted(quorum, urls.size()));
    }
    if (Quorum.isAnyTwice(urls)) {
      // The URL itself is not repeated: providers put secrets into it.
      throw new Failure("--rpc: a node is named twice, and cannot agree with itself");
    }
    Trust how = trust();
    if (urls.size() == 1 && how == Trust.SINGLE) {
      RpcChain chain = NodeOption.connect(urls.getFirst(), described.chainId());
      return opened(described, chain, chain::close);
    }
    NodesChain chain =
        NodeOption.connect(how, urls, described.chainId(), quorum, command.commandLine().getErr());
    return opened(described, chain, chain::close);
  }

  private Trust trust() {
    if (trust.isPresent() && !Trust.words().contains(trust.get())) {
      throw new Failure(
          "--trust %s: expected is %s"
              .formatted(Printable.line(trust.get()), String.join(", ", Trust.words())));
    }
    Trust how = Trust.of(trust, quorum);
    how.contradiction(quorum)
        .ifPresent(
            expected -> {
              throw new Failure(
                  "--trust %s: expected is --quorum %s with it, found is %d"
                      .formatted(how.word(), expected, quorum));
            });
    return how;
  }

  /// {@return what a deployment file says}
  ///
  /// @param another how another file is named
  /// @throws Failure if it cannot be read
  public static DeploymentFile described(Path file, String another) {
    try {
      return DeploymentFile.read(file);
    } catch (NoSuchFileException e) {
      throw Failure.misuse(
          "%s: there is no such file; 'opml deploy' writes it, %s".formatted(file, another), e);
    } catch (IOException e) {
      throw Messages.at(file, e);
    }
  }

  private static Opened opened(DeploymentFile described, Chain chain, Runnable closing) {
    try {
      return new Opened(chain, described.open(chain), closing);
    } catch (RuntimeException e) {
      closing.run();
      throw e;
    }
  }
}
