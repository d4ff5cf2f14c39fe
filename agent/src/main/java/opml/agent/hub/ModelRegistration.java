package opml.agent.hub;

import java.util.List;
import opml.agent.chain.Receipt;
import opml.agent.chain.Sender;
import opml.agent.chain.Snapshot;
import opml.core.hash.Bytes32;
import opml.engine.commit.ModelDescriptor;

/// Registers models, and asks whether one is registered.
public final class ModelRegistration {
  private ModelRegistration() {}

  /// Registers a model, or publishes one more place of its files.
  public static Receipt register(
      Deployment deployment, Sender sender, ModelDescriptor model, byte[] uri) {
    return sender.send(deployment.registry().call("register", fields(model), uri));
  }

  public static boolean isRegistered(Deployment deployment, Snapshot state, Bytes32 modelId) {
    return deployment.registry().read(state, "isRegistered", modelId).bool(0);
  }

  private static List<Object> fields(ModelDescriptor model) {
    return List.of(
        model.graphRoot(),
        (long) model.graphDepth(),
        model.nodeCount(),
        model.loops(),
        model.initialSlotsRoot(),
        (long) model.slotDepth(),
        model.inputSlot(),
        (long) model.inputDepth(),
        model.inputBytes(),
        model.outputSlot(),
        (long) model.outputDepth(),
        model.outputBytes());
  }
}
