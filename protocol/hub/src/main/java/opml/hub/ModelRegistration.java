package opml.hub;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import opml.core.codec.ByteReader;
import opml.core.codec.Preimage;
import opml.core.hash.Bytes32;
import opml.ethereum.abi.AbiParameter;
import opml.ethereum.abi.AbiType;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.Values;
import opml.ethereum.chain.Chain;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.LogReader;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.Snapshot;
import opml.ethereum.send.Sender;

/// Registers models, and asks whether one is registered.
public final class ModelRegistration {
  private static final int LOG_BLOCKS = 10_000;
  private static final int PLACE_BYTES_MAX = 256;

  private ModelRegistration() {}

  /// Registers a model, or publishes one more place of its files.
  ///
  /// @param descriptor the preimage of the model's identity (`spec/protocol.md` §1)
  /// @throws opml.core.codec.MalformedException if it is none
  public static Receipt register(
      Deployment deployment, Sender sender, byte[] descriptor, byte[] uri) {
    return sender.send(deployment.registry().call("register", fields(deployment, descriptor), uri));
  }

  public static boolean isRegistered(Deployment deployment, Snapshot state, Bytes32 modelId) {
    return deployment.registry().read(state, "isRegistered", modelId).bool(0);
  }

  /// What a model takes as input.
  ///
  /// @param depth of the tensor's tree
  /// @param bytes with their trailing zeros
  public record Input(int depth, long bytes) {}

  /// What a model takes and gives.
  ///
  /// @param outputBytes with their trailing zeros
  /// @param outputDepth of the tensor's tree
  public record Buffers(Input input, long outputBytes, int outputDepth) {
    /// {@return how many bytes of an output a claim or a delivery carries, at most}
    public int carriedBytes() {
      return (int) (outputBytes > ClaimedOutput.CARRIED_MOST ? Bytes32.BYTES : outputBytes);
    }
  }

  /// {@return what a registered model takes}
  ///
  /// @throws ChainException.Reverted if there is no such model
  /// @throws ChainException.Malformed if the node shows another model
  public static Input input(Deployment deployment, Snapshot state, Bytes32 modelId) {
    return buffers(deployment, state, modelId).input();
  }

  /// {@return what a registered model takes and gives}. Anybody may register a model, so nothing is expected of its
  /// fields but that they hash to its identity.
  ///
  /// @throws ChainException.Reverted if there is no such model
  /// @throws ChainException.Malformed if the node shows another model
  public static Buffers buffers(Deployment deployment, Snapshot state, Bytes32 modelId) {
    Values model = deployment.registry().read(state, "get", modelId).tuple(0);
    Preimage preimage = Preimage.tagged("model");
    for (Object field : model.values()) {
      switch (field) {
        case Bytes32 root -> preimage.word(root);
        case BigInteger number -> preimage.word(number);
        case Boolean flag -> preimage.word(flag ? 1 : 0);
        default ->
            throw new IllegalStateException("a model has roots, numbers and flags, not " + field);
      }
    }
    if (!preimage.hash().equals(modelId)) {
      throw new ChainException.Malformed(
          "the node shows model %s instead of %s".formatted(preimage.hash(), modelId));
    }
    return new Buffers(
        new Input(Math.toIntExact(model.number("inputDepth")), model.number("inputBytes")),
        model.number("outputBytes"),
        Math.toIntExact(model.number("outputDepth")));
  }

  /// {@return where a model's file was published, oldest first: texts by anybody, of which nothing is expected but that
  /// they are not endless}
  public static List<String> places(Deployment deployment, Chain chain, Bytes32 modelId) {
    Contract registry = deployment.registry();
    return registry
        .events(
            new LogReader(chain, LOG_BLOCKS)
                .read(
                    registry.filter("ModelPublished"), deployment.block(), chain.latest().number()))
        .stream()
        .filter(event -> event.values().bytes32("modelId").equals(modelId))
        .map(event -> event.values().data("uri"))
        .filter(uri -> !uri.isEmpty() && uri.length() <= PLACE_BYTES_MAX)
        .map(uri -> new String(uri.toArray(), StandardCharsets.UTF_8))
        .distinct()
        .toList();
  }

  /// {@return the words of a descriptor's encoding behind its tag, as the registry's struct has them}
  private static List<Object> fields(Deployment deployment, byte[] descriptor) {
    ByteReader in = new ByteReader("model descriptor", descriptor);
    if (!in.bytes32("tag").equals(Bytes32.of(Preimage.tagged("model").toArray()))) {
      throw in.malformed("the tag is not opml/1/model");
    }
    List<Object> fields = new ArrayList<>();
    for (AbiParameter field : members(deployment)) {
      Bytes32 word = in.bytes32(field.name());
      BigInteger number = new BigInteger(1, word.toArray());
      fields.add(
          switch (field.type()) {
            case AbiType.FixedBytes _ -> word;
            case AbiType.Bool _ -> {
              if (number.bitLength() > 1) {
                throw in.malformed(field.name() + " is neither 0 nor 1");
              }
              yield number.signum() == 1;
            }
            default -> number;
          });
    }
    in.end();
    return fields;
  }

  private static List<AbiParameter> members(Deployment deployment) {
    AbiType model = deployment.registry().abi().function("register").inputs().getFirst().type();
    if (!(model instanceof AbiType.Tuple(List<AbiParameter> members))) {
      throw new IllegalStateException("the registry's model is a struct, not " + model);
    }
    return members;
  }
}
