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
/// for each slot with an initial value of more than a page, in order:
///   u32          slot
///   32 bytes     SHA-256 of the value
///   32·pages     page hashes, zeros for a zero page
/// 32 bytes       SHA-256 of all before
/// ```
final class CacheEntry {
  /// `opmlhsh2`.
  private static final long MAGIC = 0x6f706d6c68736832L;

  private static final int DIGEST = 32;
  private static final int PAGE = 1 << PageHashes.PAGE_SHIFT;

  private CacheEntry() {}

  static byte[] write(String model, Graph graph, InitialHashes hashes) {
    List<byte[]> digests = digests(graph);
    ByteWriter out = new ByteWriter().bytes(header(model));
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
  /// @param model path of the model file
  /// @return nothing if they are about other values than those of the graph
  /// @throws MalformedException if the file is damaged
  static Optional<InitialHashes> read(String source, byte[] bytes, String model, Graph graph) {
    if (bytes.length < DIGEST) {
      throw new MalformedException(source + ": " + bytes.length + " bytes are no hashes");
    }
    byte[] body = Arrays.copyOf(bytes, bytes.length - DIGEST);
    byte[] digest = Arrays.copyOfRange(bytes, body.length, bytes.length);
    if (!MessageDigest.isEqual(sha256().digest(body), digest)) {
      throw new MalformedException(source + ": damaged, its digest is another");
    }
    ByteReader in = new ByteReader(source, body);
    byte[] header = header(model);
    if (in.remaining() < header.length
        || !Arrays.equals(in.bytes("model file", header.length), header)) {
      return Optional.empty();
    }
    List<byte[]> digests = digests(graph);
    List<Optional<PageHashes>> slots = new ArrayList<>();
    for (int i = 0; i < graph.slots().size(); i++) {
      Slot slot = graph.slots().get(i);
      if (!isKept(slot)) {
        slots.add(slot.initial().map(tensor -> PageHashes.of(tensor.data())));
        continue;
      }
      Optional<PageHashes> kept = kept(in, i, slot.bytes(), digests.get(i));
      if (kept.isEmpty()) {
        return Optional.empty();
      }
      slots.add(kept);
    }
    if (in.remaining() > 0) {
      return Optional.empty();
    }
    return Optional.of(new InitialHashes(slots));
  }

  /// {@return the hashes of a slot, or nothing if what is kept is about other bytes}
  private static Optional<PageHashes> kept(ByteReader in, int slot, long bytes, byte[] digest) {
    int pages = Math.toIntExact((bytes + PAGE - 1) / PAGE);
    if (in.remaining() < 4 + DIGEST + 32 * pages
        || in.u32("slot") != slot
        || !Arrays.equals(in.bytes("digest", DIGEST), digest)) {
      return Optional.empty();
    }
    return Optional.of(PageHashes.ofLanes(bytes, toLanes(in.bytes("page hashes", 32 * pages))));
  }

  /// What is not larger than a page is hashed each time.
  private static boolean isKept(Slot slot) {
    return slot.initial().isPresent() && slot.depth() > MerkleRoot.depthFor(PAGE);
  }

  private static byte[] header(String model) {
    byte[] path = model.getBytes(StandardCharsets.UTF_8);
    return new ByteWriter().u64(MAGIC).u32(path.length).bytes(path).toArray();
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
