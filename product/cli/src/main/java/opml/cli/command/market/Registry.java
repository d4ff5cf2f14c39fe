package opml.cli.command.market;

import opml.cli.console.Failure;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Snapshot;
import opml.hub.Deployment;
import opml.hub.ModelRegistration;

/// The models that a deployment knows.
record Registry(Deployment deployment, Snapshot state) {
  /// {@return what a model takes and gives}
  ///
  /// @throws Failure if the model is not registered
  ModelRegistration.Buffers buffers(RequestedModel model) {
    try {
      return ModelRegistration.buffers(deployment, state, model.id());
    } catch (ChainException.Reverted e) {
      throw new Failure(
          "model %s is not registered at %s; 'opml model register' does that%s"
              .formatted(model.id(), deployment.registry().address(), model.hintOnId()),
          e);
    }
  }
}
