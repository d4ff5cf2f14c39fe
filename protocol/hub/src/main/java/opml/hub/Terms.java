package opml.hub;

import java.util.List;
import opml.core.account.Address;
import opml.ethereum.abi.Values;

/// What a requester decides besides model, input and fee.
///
/// @param server who alone may claim; [Address#ZERO] for anyone
/// @param deadline the last second, since 1970, at which a claim may be made; unsigned, so one of somebody else's terms
///     may be negative: such a request is as good as over, and its id is right
/// @param callback the contract that deliveries call; [Address#ZERO] for none
/// @param callbackGas the gas that a delivery passes on, below 2^32
public record Terms(Address server, long deadline, Address callback, long callbackGas) {
  /// {@return terms that let anyone serve, and deliver to nobody}
  public static Terms until(long deadline) {
    return new Terms(Address.ZERO, deadline, Address.ZERO, 0);
  }

  /// {@return the same terms with deliveries to this contract}
  public Terms delivering(Address receiver, long gas) {
    return new Terms(server, deadline, receiver, gas);
  }

  /// {@return the same terms for this server alone}
  public Terms named(Address onlyServer) {
    return new Terms(onlyServer, deadline, callback, callbackGas);
  }

  /// {@return the terms as the hub takes them}
  public List<Object> encode() {
    return List.of(server, deadline, callback, callbackGas);
  }

  static Terms of(Values tuple) {
    return new Terms(
        tuple.address("server"),
        // Anybody may ask until the end of time, and nobody must be hindered from reading the
        // others' requests by it.
        tuple.uint("deadline").longValue(),
        tuple.address("callback"),
        tuple.number("callbackGas"));
  }
}
