package opml.ethereum.proof;

import java.util.List;
import java.util.function.Function;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.LogFilter;

/// The filter of a block's logs: what has not all its bits in it is in none of them.
///
/// Source: Ethereum's Yellow Paper, section 4.3.1.
record Bloom(Data bits) {
  static final int BYTES = 256;
  private static final int HASHES = 3;

  /// {@return whether the block may have logs that the filter asks for; if not, it has none}
  boolean mayHave(LogFilter filter) {
    return any(filter.addresses(), address -> address.toArray())
        && any(filter.topics(), Bytes32::toArray)
        && filter.indexed().stream().allMatch(values -> any(values, Bytes32::toArray));
  }

  private <T> boolean any(List<T> values, Function<T, byte[]> bytes) {
    return values.isEmpty() || values.stream().anyMatch(value -> has(bytes.apply(value)));
  }

  private boolean has(byte[] value) {
    byte[] hash = Keccak.hash(value).toArray();
    byte[] all = bits.toArray();
    for (int i = 0; i < HASHES; i++) {
      int bit = (hash[2 * i] << Byte.SIZE | hash[2 * i + 1] & 0xff) & Byte.SIZE * BYTES - 1;
      if ((all[BYTES - 1 - bit / Byte.SIZE] >> bit % Byte.SIZE & 1) == 0) {
        return false;
      }
    }
    return true;
  }
}
