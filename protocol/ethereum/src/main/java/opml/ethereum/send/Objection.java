package opml.ethereum.send;

import java.util.List;
import java.util.Locale;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.NodeRefusal;

/// What a node's pool has against a transaction, finer than [NodeRefusal] tells it. There are no codes for it; these
/// are the words of geth, reth, erigon, nethermind, besu, anvil and hardhat, in lower case.
enum Objection {
  /// It has this very transaction.
  ALREADY_KNOWN("already known", "already imported", "alreadyknown", "known transaction"),

  /// A transaction with this nonce is in a block.
  NONCE_TAKEN("nonce too low", "nonce is too low", "nonce_too_low", "oldnonce"),

  /// It pays too little: beside the transaction that it would replace, for the pool, or for the next block.
  TOO_CHEAP(
      "underpriced",
      "replacementnotallowed",
      "feetoolow",
      "fee too low",
      "less than block base fee",
      "too low for the next block"),

  /// The pool takes no more transactions of the account, or none so far ahead; later it will.
  POOL_FULL(
      "pool is full",
      "account limit exceeded",
      "transaction limit",
      "exceeded max pending",
      "identified as spammer",
      "too far in",
      "too distant",
      "nonce too high",
      "noncegap",
      "nonce gap"),

  /// The node, or who speaks for it, has no time: it may have the transaction or not.
  BUSY,

  /// It will not take this transaction.
  FINAL;

  @SuppressWarnings("ImmutableEnumChecker") // List.of is immutable
  private final List<String> words;

  Objection(String... words) {
    this.words = List.of(words);
  }

  static Objection of(ChainException.Refused refusal) {
    String reason = refusal.reason().toLowerCase(Locale.ROOT);
    for (Objection kind : values()) {
      if (kind.words.stream().anyMatch(reason::contains)) {
        return kind;
      }
    }
    return NodeRefusal.of(refusal).passes() ? BUSY : FINAL;
  }
}
