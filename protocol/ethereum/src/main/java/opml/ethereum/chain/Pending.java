package opml.ethereum.chain;

import java.util.ArrayList;
import java.util.List;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.hash.Keccak;

/// A transaction on its way: one nonce of one account, signed once or, with rising fees, several times. At most one of
/// the versions can ever be mined. The last version may be a cancellation: it does nothing but use the nonce.
public final class Pending {
  /// One signed version.
  public record Version(UnsignedTransaction transaction, Data signed, TxHash hash) {
    public static Version of(UnsignedTransaction transaction, Data signed) {
      return new Version(transaction, signed, new TxHash(Keccak.hash(signed.toArray())));
    }
  }

  private final Address from;
  private final Wei ceiling;
  private final List<Version> versions = new ArrayList<>();

  /// @param first what was signed first
  /// @param ceiling the most that a unit of gas may cost in any version
  public Pending(Address from, Version first, Wei ceiling) {
    this.from = from;
    this.ceiling = ceiling;
    versions.add(first);
  }

  public Address from() {
    return from;
  }

  public long nonce() {
    return latest().transaction().nonce();
  }

  /// {@return the most that a unit of gas may cost in any version}
  public Wei ceiling() {
    return ceiling;
  }

  /// {@return what the transaction is for}
  public synchronized Call call() {
    return versions.getFirst().transaction().call();
  }

  /// {@return all versions, oldest first}
  public synchronized List<Version> versions() {
    return List.copyOf(versions);
  }

  /// {@return the hashes of all versions, oldest first}
  public synchronized List<TxHash> hashes() {
    return versions.stream().map(Version::hash).toList();
  }

  /// {@return the version signed last, which pays most}
  public synchronized Version latest() {
    return versions.getLast();
  }

  /// Notes that the transaction was signed again.
  public synchronized void add(Version version) {
    versions.add(version);
  }

  @Override
  public String toString() {
    return "%s, transaction %s of %s with nonce %d"
        .formatted(call().name(), latest().hash(), from, nonce());
  }
}
