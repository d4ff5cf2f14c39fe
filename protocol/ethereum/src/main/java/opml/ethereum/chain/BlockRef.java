package opml.ethereum.chain;

import opml.core.account.Wei;
import opml.core.hash.Bytes32;

/// A block of the chain, by what an agent needs of it.
///
/// @param number from the genesis block, 0
/// @param hash of the header, which through `parent` commits to every block before it
/// @param timestamp seconds since 1970, as the contracts see it
/// @param baseFee what a unit of gas cost at least in this block
public record BlockRef(long number, Bytes32 hash, Bytes32 parent, long timestamp, Wei baseFee) {
  public BlockRef {
    if (number < 0 || timestamp < 0) {
      throw new IllegalArgumentException("not a block: number " + number + ", time " + timestamp);
    }
  }

  @Override
  public String toString() {
    return "block " + number + " (" + hash.toString().substring(0, 10) + ")";
  }
}
