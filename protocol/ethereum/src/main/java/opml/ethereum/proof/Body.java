package opml.ethereum.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.TxHash;
import opml.ethereum.rlp.Rlp;
import opml.ethereum.rpc.Answer;
import opml.ethereum.trie.Trie;

/// What is in a block: its transactions and what became of each, as its header commits to them.
final class Body {
  /// What became of a transaction.
  private record Outcome(boolean succeeded, long gasUsed, List<LogEntry> logs) {}

  private final Header header;
  private final List<Envelope> transactions;
  private final List<TxHash> hashes;
  private final List<Outcome> outcomes;
  private final long bytes;

  private Body(
      Header header,
      List<Envelope> transactions,
      List<TxHash> hashes,
      List<Outcome> outcomes,
      long bytes) {
    this.header = header;
    this.transactions = transactions;
    this.hashes = hashes;
    this.outcomes = outcomes;
    this.bytes = bytes;
  }

  /// {@return the transactions of a block, as a node shows them}
  ///
  /// @throws ChainException.Malformed if they are not those that the header commits to
  static List<Envelope> transactions(Header header, List<Answer> told) {
    List<Envelope> transactions = told.stream().map(Envelope::of).toList();
    Bytes32 root = Trie.of(transactions.stream().map(Envelope::encoded).toList()).root();
    if (!root.equals(header.transactionsRoot())) {
      throw NodeLie.TRANSACTIONS.told("those of %s hash to %s".formatted(header.block(), root));
    }
    return transactions;
  }

  /// {@return the block with these transactions, and the receipts that a node shows}
  ///
  /// @throws ChainException.Malformed if the receipts are not those that the header commits to
  static Body of(Header header, List<Envelope> transactions, List<Answer> told) {
    List<Data> encoded = told.stream().map(Body::encoded).toList();
    Bytes32 root = Trie.of(encoded).root();
    if (!root.equals(header.receiptsRoot()) || told.size() != transactions.size()) {
      throw NodeLie.RECEIPTS.told("those of %s hash to %s".formatted(header.block(), root));
    }
    try {
      return of(header, transactions, told, encoded);
    } catch (IllegalArgumentException e) {
      throw NodeLie.RECEIPTS.told(
          "those of %s are none: %s".formatted(header.block(), e.getMessage()));
    }
  }

  private static Body of(
      Header header, List<Envelope> transactions, List<Answer> told, List<Data> encoded) {
    List<TxHash> hashes = transactions.stream().map(Envelope::hash).toList();
    List<Outcome> outcomes = new ArrayList<>();
    long gas = 0;
    long index = 0;
    for (int i = 0; i < told.size(); i++) {
      Answer receipt = told.get(i);
      List<LogEntry> logs = new ArrayList<>();
      for (Answer log : receipt.field("logs").elements()) {
        logs.add(
            new LogEntry(
                log.field("address").address(),
                log.field("topics").elements().stream().map(Answer::bytes32).toList(),
                log.field("data").data(),
                header.number(),
                header.hash(),
                hashes.get(i),
                index++));
      }
      long cumulative = receipt.field("cumulativeGasUsed").number();
      if (cumulative < gas) {
        throw new IllegalArgumentException("gas comes back");
      }
      outcomes.add(
          new Outcome(
              receipt.field("status").quantity().signum() != 0,
              cumulative - gas,
              List.copyOf(logs)));
      gas = cumulative;
    }
    long bytes =
        encoded.stream().mapToLong(Data::length).sum()
            + transactions.stream().mapToLong(one -> one.encoded().length()).sum();
    return new Body(header, transactions, hashes, outcomes, bytes);
  }

  private static Data encoded(Answer receipt) {
    List<Rlp> logs =
        receipt.field("logs").elements().stream()
            .map(
                log ->
                    Rlp.of(
                        List.of(
                            Rlp.of(log.field("address").data()),
                            Rlp.of(
                                log.field("topics").elements().stream()
                                    .map(topic -> Rlp.of(topic.data()))
                                    .toList()),
                            Rlp.of(log.field("data").data()))))
            .toList();
    return Envelope.typed(
        Envelope.type(receipt),
        List.of(
            Rlp.of(receipt.field("status").quantity()),
            Rlp.of(receipt.field("cumulativeGasUsed").quantity()),
            Rlp.of(receipt.field("logsBloom").data()),
            Rlp.of(logs)));
  }

  /// {@return about what it takes of memory}
  long bytes() {
    return bytes;
  }

  List<TxHash> hashes() {
    return hashes;
  }

  List<LogEntry> logs() {
    return outcomes.stream().flatMap(one -> one.logs().stream()).toList();
  }

  /// {@return what became of a transaction, if it is in this block}
  Optional<Receipt> receipt(TxHash transaction) {
    int place = hashes.indexOf(transaction);
    if (place < 0) {
      return Optional.empty();
    }
    Envelope envelope = transactions.get(place);
    Outcome outcome = outcomes.get(place);
    Address from = envelope.signer();
    return Optional.of(
        new Receipt(
            transaction,
            header.number(),
            header.hash(),
            from,
            envelope.created(),
            outcome.succeeded(),
            outcome.gasUsed(),
            envelope.gasPrice(header.block().baseFee()),
            outcome.logs()));
  }
}
