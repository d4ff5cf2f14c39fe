package opml.hub;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.ContractAbi;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Snapshot;
import opml.ethereum.rlp.Rlp;
import opml.ethereum.send.Sender;
import opml.game.claim.ClaimId;
import opml.game.claim.RequestId;
import opml.game.move.Parameters;
import opml.hub.contracts.Artifacts;

/// One set of opml contracts on one chain. The hub knows the others, so its address is all that a user needs.
///
/// @param chainId the chain that they are on
/// @param hub the contract of requests, claims and games
/// @param registry the contract of models
/// @param deliveries the contract that brings results to requesters' contracts
/// @param inputs the contract that inputs are uploaded to which do not fit in a transaction
/// @param block at or before the hub's deployment: reading events begins here
public record Deployment(
    long chainId,
    Contract hub,
    Contract registry,
    Contract deliveries,
    Contract inputs,
    long block,
    Parameters parameters) {
  /// The machine's specification that this software plays by (`spec/machine.md`).
  public static final Bytes32 MACHINE_VERSION = version("opml/1/rv64im");

  /// Deploys registry, graph step, step verifier and hub, in this order; the hub brings its inputs and deliveries.
  public static Deployment deploy(Sender sender, Parameters parameters) {
    long block = sender.chain().latest().number();
    Contract registry = sender.deploy(Artifacts.MODEL_REGISTRY.load());
    Contract graphStep = sender.deploy(Artifacts.GRAPH_STEP.load());
    Contract step = sender.deploy(Artifacts.STEP.load());
    Contract hub =
        sender.deploy(
            hubAbi(),
            registry.address(),
            graphStep.address(),
            step.address(),
            MACHINE_VERSION,
            encoded(parameters));
    return new Deployment(
        sender.chain().id(),
        hub,
        registry,
        deliveries(hub, sender.chain().snapshot()),
        inputs(hub, sender.chain().snapshot()),
        block,
        parameters);
  }

  /// Finds a deployment by its hub.
  ///
  /// @throws ChainException.NoContract if there is no hub at this address
  /// @throws ChainException.Malformed if what is there is not an opml hub, or one for another machine
  public static Deployment at(Snapshot state, Address hubAddress, long block) {
    state.requireCode(hubAddress, "Hub");
    Contract hub = hubAbi().at(hubAddress);
    Bytes32 version = hub.read(state, "machineVersion").bytes32(0);
    if (!version.equals(MACHINE_VERSION)) {
      throw new ChainException.Malformed(
          "the hub at %s is for machine %s, this software plays by %s"
              .formatted(hubAddress, version, MACHINE_VERSION));
    }
    Address registry = hub.read(state, "registry").address(0);
    state.requireCode(registry, "ModelRegistry");
    Parameters parameters = parameters(hub, state);
    Contract models = Artifacts.MODEL_REGISTRY.load().at(registry);
    return new Deployment(
        state.chain().id(),
        hub,
        models,
        deliveries(hub, state),
        inputs(hub, state),
        block,
        parameters);
  }

  /// {@return a deployment that nobody has looked for on a chain}
  static Deployment unchecked(
      long chainId, Address hub, Address registry, long block, Parameters parameters) {
    return new Deployment(
        chainId,
        hubAbi().at(hub),
        Artifacts.MODEL_REGISTRY.load().at(registry),
        Artifacts.DELIVERIES.load().at(made(hub, 2)),
        Artifacts.INPUTS.load().at(made(hub, 1)),
        block,
        parameters);
  }

  /// {@return where the number-th contract is that a contract made: Ethereum's Yellow Paper, §7}
  private static Address made(Address by, long number) {
    Rlp place = Rlp.of(List.of(Rlp.of(by.toArray()), Rlp.of(number)));
    return Address.of(
        Arrays.copyOfRange(
            Keccak.hash(place.encode()).toArray(), Bytes32.BYTES - Address.BYTES, Bytes32.BYTES));
  }

  private static Contract deliveries(Contract hub, Snapshot state) {
    return Artifacts.DELIVERIES.load().at(hub.read(state, "deliveries").address(0));
  }

  private static Contract inputs(Contract hub, Snapshot state) {
    return Artifacts.INPUTS.load().at(hub.read(state, "inputs").address(0));
  }

  private static Parameters parameters(Contract hub, Snapshot state) {
    try {
      return new Parameters(
          hub.read(state, "window").number(0),
          hub.read(state, "allowance").number(0),
          hub.read(state, "claimBond").wei(0),
          hub.read(state, "challengeBond").wei(0),
          (int) hub.read(state, "challengerShare").number(0),
          (int) hub.read(state, "requesterShare").number(0));
    } catch (IllegalArgumentException e) {
      throw new ChainException.Malformed(
          "what is at %s is no hub: %s".formatted(hub.address(), e.getMessage()));
    }
  }

  /// {@return as the hub's constructor takes them}
  private static List<Object> encoded(Parameters parameters) {
    return List.of(
        parameters.window(),
        parameters.allowance(),
        parameters.claimBond().value(),
        parameters.challengeBond().value(),
        (long) parameters.challengerShare(),
        (long) parameters.requesterShare());
  }

  /// {@return what the next claim of a request deposits}
  public Wei bondDue(Snapshot state, RequestId request) {
    return hub.read(state, "bondDue", request.hash()).wei(0);
  }

  /// {@return what the next challenge of a claim deposits}
  public Wei challengeBondDue(Snapshot state, ClaimId claim) {
    return hub.read(state, "challengeBondDue", claim.hash()).wei(0);
  }

  /// {@return what the hub owes an account}
  public Wei credit(Snapshot state, Address account) {
    return hub.read(state, "credit", account).wei(0);
  }

  /// {@return the hub's interface, which also names the errors of the contracts behind it}
  private static ContractAbi hubAbi() {
    return Artifacts.HUB
        .load()
        .withErrorsOf(
            Artifacts.MODEL_REGISTRY.load(), Artifacts.GRAPH_STEP.load(), Artifacts.STEP.load());
  }

  private static Bytes32 version(String name) {
    return Bytes32.of(Arrays.copyOf(name.getBytes(StandardCharsets.US_ASCII), Bytes32.BYTES));
  }
}
