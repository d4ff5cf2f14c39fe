package opml.sim.chain;

import java.math.BigInteger;
import opml.core.account.Address;
import opml.ethereum.abi.Contract;
import opml.ethereum.abi.Values;
import opml.ethereum.chain.Call;
import opml.hub.Deployment;

/// What a transaction or a view asks for, as the callee understands it.
sealed interface SimulatedCall {
  record Transfer(Address to, BigInteger value) implements SimulatedCall {}

  record OfContract(Contract contract, String function, Values arguments, BigInteger value)
      implements SimulatedCall {}

  /// {@return what a call asks for; its name is only where to look, and its bytes must be a call of that}
  static SimulatedCall of(Deployment deployment, Call call) {
    Address to = call.to().orElseThrow(() -> new IllegalArgumentException("nothing is deployed"));
    if (call.data().isEmpty()) {
      return new Transfer(to, call.value().value());
    }
    Contract contract =
        to.equals(deployment.hub().address())
            ? deployment.hub()
            : to.equals(deployment.deliveries().address())
                ? deployment.deliveries()
                : deployment.registry();
    return new OfContract(
        contract,
        call.name(),
        contract.abi().decodeCall(contract.abi().function(call.name()), call.data()),
        call.value().value());
  }

  /// {@return the gas that it takes}
  default long gas() {
    return switch (this) {
      case Transfer _ -> 21_000;
      case OfContract of ->
          switch (of.function()) {
            case "request" -> 200_000;
            case "claim", "execute" -> 250_000;
            case "challenge", "refine" -> 200_000;
            case "dissect", "resolve", "timeout" -> 90_000;
            default -> 60_000;
          };
    };
  }

  /// {@return the money that comes with it}
  default BigInteger money() {
    return switch (this) {
      case Transfer(Address _, BigInteger value) -> value;
      case OfContract of -> of.value();
    };
  }
}
