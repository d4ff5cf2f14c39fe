package opml.ethereum.quorum;

import java.nio.ByteBuffer;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.ethereum.chain.LogEntry;

/// A hash of all of a log: what readers keep of one need not be all, and can lack an equality.
final class LogFingerprint {
  private LogFingerprint() {}

  static Bytes32 of(LogEntry log) {
    byte[] address = log.address().toArray();
    int topics = log.topics().size();
    ByteBuffer bytes =
        ByteBuffer.allocate(
            address.length
                + 1
                + Bytes32.BYTES * (topics + 2)
                + 2 * Long.BYTES
                + log.data().length());
    bytes.put(address).put((byte) topics);
    log.topics().forEach(topic -> bytes.put(topic.toArray()));
    bytes.put(log.blockHash().toArray()).put(log.transaction().hash().toArray());
    bytes.putLong(log.blockNumber()).putLong(log.index()).put(log.data().toArray());
    return Keccak.hash(bytes.array());
  }
}
