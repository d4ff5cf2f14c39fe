package opml.app.cli.market;

import opml.agent.chain.Chain;
import opml.agent.chain.ChainException;
import opml.agent.chain.Contract;
import opml.agent.chain.Values;
import opml.agent.hub.Hub;
import opml.app.cli.output.Failure;
import opml.core.hash.Bytes32;

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
