package opml.agent.hub;

import java.math.BigInteger;
import java.util.List;
import opml.agent.chain.ChainException;
import opml.agent.chain.Receipt;
import opml.agent.chain.Sender;
import opml.agent.chain.Snapshot;
import opml.agent.chain.Values;
import opml.core.codec.Preimage;
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

  /// What a model takes as input.
  ///
  /// @param depth of the tensor's tree
  /// @param bytes exactly
  record Input(int depth, long bytes) {}

  /// {@return what a registered model takes}. Anybody may register a model, so nothing is expected of its fields but
  /// that they hash to its identity.
  ///
  /// @throws ChainException.Reverted if there is no such model
  /// @throws ChainException.Malformed if the node shows another model
  static Input input(Deployment deployment, Snapshot state, Bytes32 modelId) {
    Values model = deployment.registry().read(state, "get", modelId).tuple(0);
    Preimage preimage = Preimage.tagged("model");
    for (Object field : model.values()) {
      switch (field) {
        case Bytes32 root -> preimage.word(root);
        case BigInteger number -> preimage.word(number);
        default -> throw new IllegalStateException("a model has roots and numbers, not " + field);
      }
    }
    if (!preimage.hash().equals(modelId)) {
      throw new ChainException.Malformed(
          "the node shows model %s instead of %s".formatted(preimage.hash(), modelId));
    }
    return new Input(Math.toIntExact(model.number("inputDepth")), model.number("inputBytes"));
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
