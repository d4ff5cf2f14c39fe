package opml.store.snapshot;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.core.codec.ByteReader;
import opml.core.codec.ByteWriter;
import opml.core.hash.Bytes32;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.TxHash;
import opml.game.claim.ClaimId;
import opml.game.claim.RequestId;
import opml.store.EndedRequest;
import opml.store.StoreIdentity;

/// Rows of a snapshot as bytes. Of an event there is the log alone: what it is about follows from it.
final class SnapshotRows {
  private SnapshotRows() {}

  static byte[] bytes(StoreIdentity identity, BlockRef block, long events, long ended) {
    return new ByteWriter()
        .u64(identity.chainId())
        .bytes32(identity.hub().word())
        .bytes32(identity.genesis())
        .u64(identity.firstBlock())
        .u64(block.number())
        .bytes32(block.hash())
        .bytes32(block.parent())
        .u64(block.timestamp())
        .bytes32(word(block.baseFee()))
        .u64(events)
        .u64(ended)
        .toArray();
  }

  static SnapshotFile.Header header(ByteReader reader) {
    StoreIdentity identity =
        new StoreIdentity(
            reader.u64("chain id"),
            new Address(reader.bytes32("hub")),
            reader.bytes32("genesis"),
            reader.u64("first block"));
    BlockRef block =
        new BlockRef(
            reader.u64("block number"),
            reader.bytes32("block hash"),
            reader.bytes32("parent"),
            reader.u64("timestamp"),
            new Wei(new BigInteger(1, reader.bytes32("base fee").toArray())));
    SnapshotFile.Header header =
        new SnapshotFile.Header(identity, block, reader.u64("events"), reader.u64("ended"));
    reader.end();
    return header;
  }

  static byte[] bytes(LogEntry log) {
    ByteWriter writer =
        new ByteWriter()
            .u64(log.blockNumber())
            .u64(log.index())
            .bytes32(log.blockHash())
            .bytes32(log.transaction().hash())
            .bytes32(log.address().word())
            .u8(log.topics().size());
    log.topics().forEach(writer::bytes32);
    return writer.bytes(log.data().toArray()).toArray();
  }

  static LogEntry log(ByteReader reader) {
    long block = reader.u64("block");
    long index = reader.u64("index");
    Bytes32 hash = reader.bytes32("block hash");
    TxHash transaction = new TxHash(reader.bytes32("transaction"));
    Address address = new Address(reader.bytes32("address"));
    List<Bytes32> topics = new ArrayList<>();
    int count = reader.u8("number of topics");
    for (int i = 0; i < count; i++) {
      topics.add(reader.bytes32("topic"));
    }
    Data data = Data.of(reader.bytes("data", reader.remaining()));
    return new LogEntry(address, topics, data, block, hash, transaction, index);
  }

  static byte[] bytes(EndedRequest row) {
    ByteWriter writer =
        new ByteWriter().bytes32(row.request().hash()).u8(row.finalClaim().isPresent() ? 1 : 0);
    row.finalClaim().ifPresent(claim -> writer.bytes32(claim.hash()));
    return writer
        .u64(row.firstBlock())
        .u64(row.lastBlock())
        .u64(row.events())
        .u64(row.claims())
        .u64(row.games())
        .toArray();
  }

  static EndedRequest ended(ByteReader reader) {
    RequestId request = new RequestId(reader.bytes32("request"));
    Optional<ClaimId> claim =
        reader.u8("whether there is a final claim") == 0
            ? Optional.empty()
            : Optional.of(new ClaimId(reader.bytes32("final claim")));
    EndedRequest row =
        new EndedRequest(
            request,
            claim,
            reader.u64("first block"),
            reader.u64("last block"),
            reader.u64("events"),
            reader.u64("claims"),
            reader.u64("games"));
    reader.end();
    return row;
  }

  private static Bytes32 word(Wei amount) {
    byte[] digits = amount.value().toByteArray();
    byte[] word = new byte[Bytes32.BYTES];
    int length = Math.min(digits.length, word.length);
    System.arraycopy(digits, digits.length - length, word, word.length - length, length);
    return Bytes32.of(word);
  }
}
