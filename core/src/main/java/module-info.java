import org.jspecify.annotations.NullMarked;

/// Hashes, Merkle trees and proofs, strict codecs, accounts: what every other module commits and checks with.
@NullMarked
module opml.core {
  requires static jdk.incubator.vector; // only for speed, and only where it is there
  requires static transitive org.jspecify;

  exports opml.core.account;
  exports opml.core.codec;
  exports opml.core.hash;
  exports opml.core.merkle;
  exports opml.core.parallel;
  exports opml.core.simd;
  exports opml.core.time;
}
