package opml.engine.commit;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import opml.core.codec.ByteReader;
import opml.core.codec.ByteWriter;
import opml.core.codec.MalformedException;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.PageHashes;
import opml.engine.graph.Graph;
import opml.engine.graph.Slot;

/// A file of the [HashCache]. All numbers are big-endian, hashes as they are in memory.
///
/// ```
/// u64            MAGIC
/// u32, bytes     path of the model file, UTF-8
/// u64, u64       its size, its time of change in ns
/// for each slot with an initial value of more than a page, in order:
///   u32          slot
///   32 bytes     SHA-256 of the value
///   32·pages     page hashes, zeros for a zero page
/// 32 bytes       SHA-256 of all before
/// ```
final class CacheEntry {
  /// `opmlhsh1`.
  private static final long MAGIC = 0x6f706d6c68736831L;

  private static final int DIGEST = 32;
  private static final int PAGE = 1 << PageHashes.PAGE_SHIFT;

  /// Which model file, and when.
  record Origin(String path, long size, long nanos) {}

  private CacheEntry() {}

  static byte[] write(Origin origin, Graph graph, InitialHashes hashes) {
    List<byte[]> digests = digests(graph);
    ByteWriter out = new ByteWriter().bytes(header(origin));
    for (int i = 0; i < graph.slots().size(); i++) {
      if (isKept(graph.slots().get(i))) {
        out.u32(i)
            .bytes(digests.get(i))
            .bytes(toBytes(hashes.slots().get(i).orElseThrow().lanes()));
      }
    }
    byte[] body = out.toArray();
    return new ByteWriter().bytes(body).bytes(sha256().digest(body)).toArray();
  }

  /// Reads the hashes of a graph.
  ///
  /// @param source names the file in errors
  /// @return nothing if they are about another state of the model file
  /// @throws MalformedException if the file is damaged, or the graph has other values
  static Optional<InitialHashes> read(String source, byte[] bytes, Origin origin, Graph graph) {
    if (bytes.length < DIGEST) {
      throw new MalformedException(source + ": " + bytes.length + " bytes are no hashes");
    }
    byte[] body = Arrays.copyOf(bytes, bytes.length - DIGEST);
    byte[] digest = Arrays.copyOfRange(bytes, body.length, bytes.length);
    if (!MessageDigest.isEqual(sha256().digest(body), digest)) {
      throw new MalformedException(source + ": damaged, its digest is another");
    }
    ByteReader in = new ByteReader(source, body);
    byte[] header = header(origin);
    if (in.remaining() < header.length
        || !Arrays.equals(in.bytes("model file", header.length), header)) {
      return Optional.empty();
    }
    List<byte[]> digests = digests(graph);
    List<Optional<PageHashes>> slots = new ArrayList<>();
    for (int i = 0; i < graph.slots().size(); i++) {
      Slot slot = graph.slots().get(i);
      slots.add(
          isKept(slot)
              ? Optional.of(kept(in, i, slot.bytes(), digests.get(i)))
              : slot.initial().map(tensor -> PageHashes.of(tensor.data())));
    }
    in.end();
    return Optional.of(new InitialHashes(slots));
  }

  private static PageHashes kept(ByteReader in, int slot, long bytes, byte[] digest) {
    if (in.u32("slot") != slot) {
      throw in.malformed("the hashes of slot " + slot + " are missing");
    }
    if (!Arrays.equals(in.bytes("digest", DIGEST), digest)) {
      throw in.malformed("slot " + slot + " has other bytes, though the file looks unchanged");
    }
    int pages = Math.toIntExact((bytes + PAGE - 1) / PAGE);
    return PageHashes.ofLanes(bytes, toLanes(in.bytes("page hashes", 32 * pages)));
  }

  /// What is not larger than a page is hashed each time.
  private static boolean isKept(Slot slot) {
    return slot.initial().isPresent() && slot.depth() > MerkleRoot.depthFor(PAGE);
  }

  private static byte[] header(Origin origin) {
    byte[] path = origin.path().getBytes(StandardCharsets.UTF_8);
    return new ByteWriter()
        .u64(MAGIC)
        .u32(path.length)
        .bytes(path)
        .u64(origin.size())
        .u64(origin.nanos())
        .toArray();
  }

  /// {@return the digest of each slot that is kept, and nothing for others; several slots at a time}
  private static List<byte[]> digests(Graph graph) {
    return IntStream.range(0, graph.slots().size())
        .parallel()
        .mapToObj(graph.slots()::get)
        .map(slot -> isKept(slot) ? digest(slot.initial().orElseThrow().data()) : new byte[0])
        .toList();
  }

  private static byte[] digest(MemorySegment data) {
    MessageDigest digest = sha256();
    byte[] block = new byte[1 << 16];
    for (long at = 0; at < data.byteSize(); at += block.length) {
      int count = (int) Math.min(block.length, data.byteSize() - at);
      MemorySegment.copy(data, ValueLayout.JAVA_BYTE, at, block, 0, count);
      digest.update(block, 0, count);
    }
    return digest.digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private static byte[] toBytes(long[] lanes) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * lanes.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(lanes);
    return bytes.array();
  }

  private static long[] toLanes(byte[] bytes) {
    long[] lanes = new long[bytes.length / 8];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(lanes);
    return lanes;
  }
}
