package opml.ethereum.chain;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Bytes32;

/// What became of a transaction in the block that has it.
///
/// @param succeeded whether its effects stand; if not, it was reverted and only its gas was paid
/// @param created the contract that it deployed, if it deployed one
/// @param gasPrice what a unit of gas cost, base fee and tip together
public record Receipt(
    TxHash transaction,
    long blockNumber,
    Bytes32 blockHash,
    Address from,
    Optional<Address> created,
    boolean succeeded,
    long gasUsed,
    Wei gasPrice,
    List<LogEntry> logs) {
  public Receipt {
    logs = List.copyOf(logs);
    if (gasUsed < 0 || blockNumber < 0) {
      throw new IllegalArgumentException("not a receipt: gas " + gasUsed);
    }
  }

  /// {@return what the sender paid for the gas}
  public Wei fee() {
    return new Wei(gasPrice.value().multiply(BigInteger.valueOf(gasUsed)));
  }
}
