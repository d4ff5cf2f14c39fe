package opml.ethereum.send;

import java.util.List;
import opml.ethereum.chain.Pending;
import opml.ethereum.chain.Receipt;

/// Keeps what a [Traffic] has on its way, so that a process that comes after this one goes on with it. What it keeps
/// it keeps when a method returns; one that cannot throws a [opml.ethereum.chain.ChainException], and what it was told
/// of does not leave then.
public interface FlightLog<K> {
  /// Something that was signed, and may yet be mined.
  ///
  /// @param versions at least one, oldest first
  record Signed<K>(KeyedOrder<K> keyed, List<Pending.Version> versions) {
    public Signed {
      versions = List.copyOf(versions);
    }
  }

  /// {@return a log that keeps nothing: what its process leaves on its way, the next one meets as a stranger's}
  static <K> FlightLog<K> forgetting() {
    return new FlightLog<>() {
      @Override
      public List<Signed<K>> unmined() {
        return List.of();
      }

      @Override
      public List<Signed<K>> minedFrom(long nonce) {
        return List.of();
      }

      @Override
      public void signed(KeyedOrder<K> keyed, Pending.Version version) {
        // It is forgotten.
      }

      @Override
      public void sent(K key, Pending.Version version) {
        // It is forgotten.
      }

      @Override
      public void mined(K key, Receipt receipt) {
        // It is forgotten.
      }

      @Override
      public void dropped(K key, String why) {
        // It is forgotten.
      }
    };
  }

  /// {@return what a process before this one left on its way}
  List<Signed<K>> unmined();

  /// {@return what was mined, as far as is known, with a nonce from this one on: it may be thrown out}
  List<Signed<K>> minedFrom(long nonce);

  /// A version was signed and is about to leave. The first one of an order that ended before begins it anew.
  void signed(KeyedOrder<K> keyed, Pending.Version version);

  /// A node took a version.
  void sent(K key, Pending.Version version);

  /// A version is in a block.
  void mined(K key, Receipt receipt);

  /// Nothing of it is wanted any more; bytes that left may still be mined.
  void dropped(K key, String why);
}
