package opml.ethereum.devchain;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finds hardhat's node: the one that `contracts/nodes/package-lock.json` pins. It is large, and only there to meet the
/// agents with other words than anvil's, so only `./opml test` and the siege install it.
public final class Hardhat {
  /// Names [#isInstalled] for a condition of JUnit's.
  public static final String IS_INSTALLED = "opml.ethereum.devchain.Hardhat#isInstalled";

  /// Why a test without hardhat is skipped.
  public static final String MISSING =
      "SKIPPED: hardhat is not installed; run npm ci --ignore-scripts in contracts/nodes/";

  private Hardhat() {}

  public static boolean isInstalled() {
    return find().isPresent();
  }

  /// {@return the command that runs its node}
  ///
  /// @throws DevChainException if it is not installed
  static List<String> command(List<String> arguments) {
    List<String> command = new ArrayList<>(find().orElseThrow(Hardhat::missing));
    command.addAll(arguments);
    return command;
  }

  private static DevChainException missing() {
    return new DevChainException(
        "hardhat is not installed, or Node.js 20 is not; run npm ci --ignore-scripts in contracts/nodes/");
  }

  private static Optional<List<String>> find() {
    AnvilBinary tools = AnvilBinary.ofThisProcess(_ -> {});
    return AnvilBinary.contractsFolder()
        .map(contracts -> contracts.resolve("nodes"))
        .filter(nodes -> Files.isDirectory(nodes.resolve("node_modules/hardhat")))
        .flatMap(
            nodes ->
                tools
                    .onPath("node")
                    .map(Path::toString)
                    .map(node -> List.of(node, nodes.resolve("hardhat.js").toString())));
  }
}
