package opml.cli.command.market;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.cli.console.Failure;
import opml.core.account.Address;
import opml.ethereum.send.Signer;
import opml.hub.DeploymentFile;
import opml.node.config.NodeConfig.StorePart;

/// Whether several nodes can be in one process.
final class NeighbourNodes {
  private NeighbourNodes() {}

  /// Blames nodes for what they have in common and each must have for itself.
  static void compare(List<NodeFiles> nodes) {
    List<String> problems = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      for (int j = i + 1; j < nodes.size(); j++) {
        compare(nodes.get(i), nodes.get(j), problems);
      }
    }
    problems.forEach(problem -> nodes.getFirst().blame(Failure.misuse(problem)));
  }

  private static void compare(NodeFiles one, NodeFiles other, List<String> problems) {
    String name = one.config().name();
    String both = "--config: %s and %s".formatted(name, other.config().name());
    if (name.equals(other.config().name())) {
      problems.add(
          "--config: two nodes are called %s; name = \"…\" at the top of a file calls it otherwise"
              .formatted(name));
    }
    Optional<Account> account = account(one);
    if (account.isPresent() && account.equals(account(other))) {
      problems.add(
          "%s send from the account %s on chain %d: its nonces and its money are one node's; give each its own"
              .formatted(both, account.get().address(), account.get().chain()));
    }
    StorePart store = one.config().store();
    String place = StoreTrouble.place(store);
    if (!(store instanceof StorePart.InMemory)
        && place.equals(StoreTrouble.place(other.config().store()))) {
      problems.add(
          "%s keep what they have sent in %s; [store] of one of them must name another place"
              .formatted(both, place));
    }
  }

  private record Account(long chain, Address address) {}

  /// {@return whom a node sends from, if from anybody}
  private static Optional<Account> account(NodeFiles files) {
    return files
        .account()
        .map(Signer::address)
        .filter(address -> !address.isZero())
        .flatMap(
            address ->
                files
                    .described()
                    .map(DeploymentFile::chainId)
                    .map(chain -> new Account(chain, address)));
  }
}
