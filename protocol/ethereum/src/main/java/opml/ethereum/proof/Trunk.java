package opml.ethereum.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import opml.core.hash.Bytes32;

/// The blocks that are part of the chain, by number: the newest that was vouched for, and, as far as they were walked,
/// those before it; and the ends of ranges further down that were vouched for. Threads may share it.
final class Trunk {
  private static final int BLOCKS_MOST = 1 << 16;

  private final TreeMap<Long, Bytes32> hashes = new TreeMap<>();
  private final int finality;
  private long top = -1;

  /// @param finality how many blocks behind the newest nothing changes any more
  Trunk(int finality) {
    this.finality = finality;
  }

  synchronized Optional<Bytes32> hash(long number) {
    return Optional.ofNullable(hashes.get(number));
  }

  /// {@return the number of the newest block; -1 if none is known}
  synchronized long top() {
    return top;
  }

  /// {@return whether the block of this number stays what it is}
  synchronized boolean isFinal(long number) {
    return number <= top - finality;
  }

  /// {@return whether a block is known up to this number}
  synchronized boolean isKnownUpTo(long number) {
    return hashes.floorKey(number) != null;
  }

  /// {@return the next block from this number up that is known}
  synchronized OptionalLong above(long number) {
    Long above = hashes.ceilingKey(number);
    return above == null ? OptionalLong.empty() : OptionalLong.of(above);
  }

  /// Notes a block below the newest that was vouched for.
  synchronized void vouched(long number, Bytes32 hash) {
    hashes.put(number, hash);
    forgetLowest();
  }

  /// Notes blocks that lead down from one that was vouched for, unless that was reorganised away meanwhile.
  ///
  /// @param headers from that one on, each with its parent behind it
  synchronized void walked(List<Header> headers) {
    Header end = headers.getFirst();
    if (end.hash().equals(hashes.get(end.number()))) {
      headers.forEach(header -> hashes.put(header.number(), header.hash()));
      forgetLowest();
    }
  }

  private void forgetLowest() {
    while (hashes.size() > BLOCKS_MOST) {
      hashes.pollFirstEntry();
    }
  }

  /// Notes the newest block: what does not lead to it was reorganised away.
  ///
  /// @param proven where its ancestors are found
  synchronized void follow(Header head, ProvenFacts proven) {
    if (head.hash().equals(hashes.get(head.number()))) {
      return;
    }
    List<Header> fresh = new ArrayList<>(List.of(head));
    Optional<Header> parent = Optional.of(head);
    while (parent.isPresent()
        && !fresh.getLast().parent().equals(hashes.get(fresh.getLast().number() - 1))) {
      parent = proven.header(fresh.getLast().parent());
      parent.ifPresent(fresh::add);
    }
    hashes.tailMap(fresh.getLast().number(), true).clear();
    fresh.forEach(header -> hashes.put(header.number(), header.hash()));
    top = head.number();
    forgetLowest();
  }
}
