package opml.agent.chain;

import java.util.Optional;
import opml.game.claim.Address;

/// What a transaction or a read asks for, before anybody signs it.
///
/// @param to nothing if it deploys a contract
/// @param name what people call it, such as a function's name; meters count by it
/// @param abi that gives reverts their names, if the callee's is known
public record Call(
    Optional<Address> to, Data data, Wei value, String name, Optional<ContractAbi> abi) {
  /// {@return a plain transfer of money}
  public static Call transfer(Address to, Wei value) {
    return new Call(Optional.of(to), Data.EMPTY, value, "transfer", Optional.empty());
  }

  /// {@return the deployment of a contract}
  public static Call deployment(ContractAbi contract, Object... arguments) {
    Data code = contract.encodeDeployment(arguments);
    return new Call(
        Optional.empty(), code, Wei.ZERO, "new " + contract.name(), Optional.of(contract));
  }

  /// {@return the same call with money}
  public Call paying(Wei amount) {
    return new Call(to, data, amount, name, abi);
  }

  /// {@return the revert that these bytes are}
  Revert revert(Data revertData) {
    return abi.map(known -> known.decodeRevert(revertData))
        .orElseGet(() -> Revert.unnamed(revertData));
  }
}
