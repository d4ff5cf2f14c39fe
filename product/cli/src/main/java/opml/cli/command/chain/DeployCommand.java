package opml.cli.command.chain;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.cli.console.Problems;
import opml.cli.option.KeyOption;
import opml.cli.option.NodeOption;
import opml.core.account.Wei;
import opml.ethereum.rpc.RpcChain;
import opml.ethereum.send.GasMeter;
import opml.ethereum.send.SendPolicy;
import opml.ethereum.send.Sender;
import opml.ethereum.send.Signer;
import opml.game.move.Parameters;
import opml.hub.Deployment;
import opml.hub.DeploymentFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Puts the contracts on a chain.
@Command(
    name = "deploy",
    description = {
      "Deploys the contracts and writes where they are.",
      "Nobody owns them; what is chosen here holds for this deployment forever."
    },
    footer = {
      "  opml deploy --key-file keys/deployer.key --window 600 --allowance 300",
      "  opml deploy --rpc https://node.example --key-file main.key --out main.json"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class DeployCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private KeyOption key;

  @Option(
      names = "--rpc",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:8545",
      description = "The chain's node (default: ${DEFAULT-VALUE}).")
  private URI rpc;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "deployment.json",
      description = "Where to write where the contracts are (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(names = "--force", description = "Replace the file if it is there.")
  private boolean force;

  @Option(
      names = "--window",
      paramLabel = "SECONDS",
      defaultValue = "86400",
      description = "How long a claim can be challenged (default: ${DEFAULT-VALUE}).")
  private long window;

  @Option(
      names = "--allowance",
      paramLabel = "SECONDS",
      defaultValue = "43200",
      description = "How long each side of a game may think in all (default: ${DEFAULT-VALUE}).")
  private long allowance;

  @Option(
      names = "--claim-bond",
      paramLabel = "ETH",
      defaultValue = "0.24",
      description = "Deposited with a claim (default: ${DEFAULT-VALUE}).")
  private Wei claimBond;

  @Option(
      names = "--challenge-bond",
      paramLabel = "ETH",
      defaultValue = "0.06",
      description = "Deposited with a challenge (default: ${DEFAULT-VALUE}).")
  private Wei challengeBond;

  @Option(
      names = "--challenger-share",
      paramLabel = "N",
      defaultValue = "2500",
      description =
          "The challenger's part of a lost claim's bond, of 10,000 (default: ${DEFAULT-VALUE}).")
  private int challengerShare;

  @Option(
      names = "--requester-share",
      paramLabel = "N",
      defaultValue = "2500",
      description =
          "The requester's part of a lost claim's bond, of 10,000 (default: ${DEFAULT-VALUE}).")
  private int requesterShare;

  @Override
  public Integer call() throws IOException {
    requireSane();
    Parameters parameters =
        new Parameters(
            window, allowance, claimBond, challengeBond, challengerShare, requesterShare);
    Signer account = key.account();
    try (RpcChain chain = NodeOption.connect(rpc)) {
      GasMeter meter = new GasMeter();
      Sender sender = new Sender(chain, account, SendPolicy.DEFAULT, meter);
      Deployment deployment = Deployment.deploy(sender, parameters);
      DeploymentFile file =
          DeploymentFile.of(deployment, isLoopback(rpc) ? Optional.of(rpc) : Optional.empty());
      write(file);
      console.show(
          Json.object(
              "chainId", file.chainId(),
              "hub", file.hub(),
              "registry", file.registry(),
              "block", file.block(),
              "gas", meter.total().gas(),
              "fees", meter.total().fees(),
              "file", out),
          () ->
              "hub %s on chain %d, for %s gas (%s); %s says so"
                  .formatted(
                      file.hub(),
                      file.chainId(),
                      Amounts.count(meter.total().gas()),
                      meter.total().fees(),
                      out));
    }
    return 0;
  }

  /// The hub's constructor refuses the same, but only after the other contracts are paid for; and gas is paid before
  /// the file is written.
  private void requireSane() {
    Problems problems = new Problems();
    Parameters.problems(
            window, allowance, claimBond, challengeBond, challengerShare, requesterShare)
        .forEach(problems::misuse);
    Path folder = out.toAbsolutePath().getParent();
    problems
        .when(
            Files.isRegularFile(out) && !force,
            out + ": exists already; --force replaces it, --out names another file")
        .when(
            folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder),
            "--out " + out + ": its folder is not there or cannot be written to")
        .fail();
  }

  private void write(DeploymentFile file) {
    try {
      file.write(out);
    } catch (IOException e) {
      throw new Failure(
          "%s; the contracts are deployed, so put this into a file yourself: %s"
              .formatted(Messages.of(e), file.text().replaceAll("\\s+", " ")),
          e);
    }
  }

  /// A public node's URL may hold a secret, and the file is made to be handed around.
  private static boolean isLoopback(URI url) {
    try {
      return InetAddress.getByName(url.getHost()).isLoopbackAddress() && url.getUserInfo() == null;
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
