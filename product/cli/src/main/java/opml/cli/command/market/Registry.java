package opml.cli.command.market;

import opml.cli.console.Failure;
import opml.core.hash.Bytes32;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.Values;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.hub.Hub;

/// The models that a deployment knows.
record Registry(Contract contract, Chain chain) {
  static Registry of(Hub hub) {
    return new Registry(hub.deployment().registry(), hub.sender().chain());
  }

  /// {@return how many bytes an input of the model has}
  ///
  /// @throws Failure if the model is not registered
  long inputBytes(Bytes32 model) {
    try {
      Values fields = contract.read(chain.snapshot(), "get", model).tuple(0);
      return fields.number("inputBytes");
    } catch (ChainException.Reverted e) {
      throw new Failure(
          "model %s is not registered at %s; 'opml model register' does that"
              .formatted(model, contract.address()),
          e);
    }
  }
}
