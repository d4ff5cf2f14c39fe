package opml.ethereum.chain;

import java.util.Optional;
import java.util.function.Function;
import opml.core.account.Address;
import opml.core.account.Wei;

/// What a transaction or a read asks for, before anybody signs it.
///
/// @param to nothing if it deploys a contract
/// @param name what people call it, such as a function's name; meters count by it
/// @param reverts gives reverts their names, if the callee is known
public record Call(
    Optional<Address> to, Data data, Wei value, String name, Function<Data, Revert> reverts) {
  /// {@return a plain transfer of money}
  public static Call transfer(Address to, Wei value) {
    return new Call(Optional.of(to), Data.EMPTY, value, "transfer", Revert::unnamed);
  }

  /// {@return the same call with money}
  public Call paying(Wei amount) {
    return new Call(to, data, amount, name, reverts);
  }

  /// {@return the revert that these bytes are}
  public Revert revert(Data revertData) {
    return reverts.apply(revertData);
  }
}
