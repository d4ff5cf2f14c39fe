package opml.ethereum.send;

import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Receipt;

/// What became of an [Order].
public sealed interface Outcome {
  /// It is in the chain, confirmed, and succeeded.
  record Mined(Receipt receipt) implements Outcome {}

  /// It did not succeed, or its fate is not known, as a [ChainException.Unconfirmed] says.
  record Failed(ChainException why) implements Outcome {}

  /// {@return the receipt}
  ///
  /// @throws ChainException what went wrong, if it failed
  default Receipt orThrow() {
    return switch (this) {
      case Mined mined -> mined.receipt();
      case Failed failed -> throw failed.why();
    };
  }
}
