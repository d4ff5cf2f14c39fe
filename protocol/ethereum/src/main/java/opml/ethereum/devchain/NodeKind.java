package opml.ethereum.devchain;

/// Which implementation of a node runs a [DevChain]. Each has its own words for the same things, and its own pool.
public enum NodeKind {
  ANVIL("anvil"),
  HARDHAT("hardhat");

  private final String label;

  NodeKind(String label) {
    this.label = label;
  }

  /// {@return one of the methods that both have, each under its own name}
  String method(String name) {
    return label + "_" + name;
  }

  /// {@return the program's name}
  @Override
  public String toString() {
    return label;
  }
}
