package opml.ethereum.proof;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import opml.ethereum.chain.ChainException;

/// What a node was found to say that its own hashes contradict, by what it is about.
public enum NodeLie {
  /// A header has another hash than the node says, or than was asked for.
  HEADER("a header"),
  /// Blocks do not follow one another as their headers say.
  LINK("the chain of headers"),
  /// A block is older than the one before it.
  TIME("time"),
  /// A block below what counts as final is another one than it was.
  REWRITE("what was final"),
  /// Receipts, and with them logs, are not those of the block.
  RECEIPTS("receipts"),
  /// Transactions are not those of the block.
  TRANSACTIONS("transactions"),
  /// An account, or a word of a contract's storage, is not that of the state.
  STATE("the state"),
  /// Code is not what the account's hash of its code says.
  CODE("code"),
  /// More transactions wait than any node keeps.
  NONCE("a nonce"),
  /// Something is left out that the node must have.
  WITHHELD("what it must have");

  private static final String BEGIN = "lies about ";

  private final String subject;

  NodeLie(String subject) {
    this.subject = subject;
  }

  /// {@return a word for the kind, as metrics have it}
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// {@return the lie, told}
  ChainException.Malformed told(String how) {
    return new ChainException.Malformed(BEGIN + subject + ": " + how);
  }

  /// {@return which of these a fault is, as [opml.ethereum.quorum.Quorum.Listener] hears of it; nothing if it is none}
  public static Optional<NodeLie> in(String fault) {
    return Arrays.stream(values())
        .filter(lie -> fault.startsWith(BEGIN + lie.subject + ": "))
        .findFirst();
  }
}
