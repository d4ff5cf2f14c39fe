package opml.hub.contracts;

import opml.ethereum.abi.ContractAbi;

/// The compiled contracts that this software deploys and calls: ABI and creation bytecode, written by
/// `contracts/tools/artifacts.js`, which also proves that they are what the sources compile to.
public enum Artifacts {
  HUB("Hub"),
  DELIVERIES("Deliveries"),
  INPUTS("Inputs"),
  MODEL_REGISTRY("ModelRegistry"),
  GRAPH_STEP("GraphStep"),
  STEP("Step"),
  RESULT_RECEIVER("IResultReceiver"),
  ROOT_RECEIVER("IRootReceiver");

  private final String contract;

  Artifacts(String contract) {
    this.contract = contract;
  }

  /// {@return the contract's interface and code}
  public ContractAbi load() {
    return ContractAbi.load(Artifacts.class, contract);
  }
}
