package opml.lab.bench.ground;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.key.Wallet;
import opml.hub.DeploymentFile;
import opml.mnist.DemoModel;

/// What a node's operator has in a folder: a deployment, a model, a key whose account has money, and the node's file.
///
/// @param account of the key
public record NodeFolder(Path folder, Address account) {
  /// Fills a folder for a node on a ground.
  ///
  /// @param balance of its account
  public static NodeFolder fill(Ground ground, Path folder, Wei balance) {
    try {
      Files.write(folder.resolve("int8.onnx"), DemoModel.INT8.onnx());
      DeploymentFile.of(ground.deployment(), Optional.empty())
          .write(folder.resolve("deployment.json"));
      Address account = Wallet.create(folder.resolve("node.key")).address();
      ground.dev().setBalance(account, balance);
      return new NodeFolder(folder, account);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Writes the node's file: both roles, a port that is free.
  ///
  /// @param poll seconds between two looks at the chain
  /// @param more tables of it
  public Path config(List<URI> rpc, double poll, String more) {
    return config(rpc, poll, "", more);
  }

  /// Writes the node's file: both roles, a port that is free.
  ///
  /// @param poll seconds between two looks at the chain
  /// @param chain more settings of how the chain is asked
  /// @param more tables of it
  public Path config(List<URI> rpc, double poll, String chain, String more) {
    String urls =
        rpc.stream().map(url -> '"' + url.toString() + '"').collect(Collectors.joining(", "));
    try {
      return Files.writeString(
          folder.resolve("node.toml"),
          """
          [chain]
          rpc = [%s]
          %s
          [account]
          key-file = "node.key"
          [[role]]
          kind = "serve"
          models = ["int8.onnx"]
          poll = %s
          [[role]]
          kind = "verify"
          models = ["int8.onnx"]
          poll = %s
          [web]
          port = 0
          [log]
          summary-every = 0
          %s
          """
              .formatted(urls, chain, poll, poll, more));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
