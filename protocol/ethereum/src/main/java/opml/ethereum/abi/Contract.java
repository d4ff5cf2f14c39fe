package opml.ethereum.abi;

import java.util.List;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.ethereum.chain.Snapshot;

/// A contract at its address: makes calls, reads and understands its events.
///
/// ```java
/// Contract hub = Artifacts.HUB.load().at(address);
/// Wei bond = hub.read(chain.snapshot(), "bond").wei(0);
/// Receipt receipt = sender.send(hub.call("challenge", claimId).paying(bond));
/// ```
public record Contract(ContractAbi abi, Address address) {
  /// {@return the call of a function, to be sent or estimated}
  public Call call(String function, Object... arguments) {
    ContractAbi.Function called = abi.function(function);
    return new Call(
        Optional.of(address),
        abi.encode(called, arguments),
        Wei.ZERO,
        called.name(),
        abi::decodeRevert);
  }

  /// {@return what a view function returns in the state of a snapshot}
  ///
  /// @throws ChainException.Reverted if it reverts
  /// @throws ChainException.NoContract if nothing is deployed at the address
  public Values read(Snapshot at, String function, Object... arguments) {
    Data result = at.call(call(function, arguments));
    if (result.isEmpty()) {
      at.requireCode(address, abi.name());
    }
    return abi.decodeResult(abi.function(function), result);
  }

  /// {@return those logs that are this contract's events, in their order}
  public List<Event> events(List<LogEntry> logs) {
    return logs.stream()
        .filter(log -> log.address().equals(address))
        .flatMap(log -> abi.decode(log).stream())
        .toList();
  }

  /// {@return a filter for these events, or for everything the contract reports}
  public LogFilter filter(String... events) {
    return new LogFilter(List.of(address), List.of(events).stream().map(abi::topic).toList());
  }
}
