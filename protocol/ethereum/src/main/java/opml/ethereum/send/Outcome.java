package opml.ethereum.send;

import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Receipt;

/// What became of an order.
public sealed interface Outcome {
  /// It is in the chain.
  record Mined(Receipt receipt) implements Outcome {}

  /// It is not.
  record Failed(ChainException why) implements Outcome {}
}
