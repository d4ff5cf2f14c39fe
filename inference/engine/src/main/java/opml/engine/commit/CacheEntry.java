package opml.engine.commit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import opml.core.codec.ByteReader;
import opml.core.codec.ByteWriter;
import opml.core.codec.MalformedException;
import opml.core.hash.Bytes32;
import opml.core.merkle.MerkleRoot;
import opml.core.merkle.PageHashes;

/// A file of the [HashCache]: the page hashes of one content. All numbers are big-endian, hashes as they are in memory.
///
/// ```
/// u64            MAGIC
/// 32 bytes       SHA-256 of the content
/// u64            its bytes, more than a page
/// 32 bytes       root at the least depth
/// 32·pages       page hashes, zeros for a zero page
/// 32 bytes       SHA-256 of all before
/// ```
final class CacheEntry {
  /// `opmlhsh3`.
  private static final long MAGIC = 0x6f706d6c68736833L;

  private static final int DIGEST = 32;
  private static final int HEAD = 8 + DIGEST + 8 + Bytes32.BYTES;
  private static final int PAGE = 1 << PageHashes.PAGE_SHIFT;

  private CacheEntry() {}

  /// {@return the length of the file about a content of so many bytes}
  static long size(long bytes) {
    return HEAD + hashBytes(bytes) + DIGEST;
  }

  static byte[] write(Bytes32 content, PageHashes hashes) {
    byte[] body =
        new ByteWriter()
            .u64(MAGIC)
            .bytes32(content)
            .u64(hashes.bytes())
            .bytes32(hashes.root(MerkleRoot.depthFor(hashes.bytes())))
            .bytes(toBytes(hashes.lanes()))
            .toArray();
    return new ByteWriter().bytes(body).bytes(sha256().digest(body)).toArray();
  }

  /// Reads the hashes of a content.
  ///
  /// @param source names the file in errors
  /// @param content SHA-256 of it
  /// @param length its bytes
  /// @throws MalformedException if the file is damaged, or about another content
  static PageHashes read(String source, byte[] file, Bytes32 content, long length) {
    if (file.length != size(length)) {
      throw new MalformedException(
          "%s: %d bytes, expected %d for hashes of %d bytes"
              .formatted(source, file.length, size(length), length));
    }
    byte[] body = Arrays.copyOf(file, file.length - DIGEST);
    byte[] digest = Arrays.copyOfRange(file, body.length, file.length);
    if (!MessageDigest.isEqual(sha256().digest(body), digest)) {
      throw new MalformedException(source + ": damaged, its digest is another");
    }
    ByteReader in = new ByteReader(source, body);
    if (in.u64("magic") != MAGIC
        || !in.bytes32("content").equals(content)
        || in.u64("bytes") != length) {
      throw new MalformedException(source + ": not about the content that it is named after");
    }
    Bytes32 root = in.bytes32("root");
    return PageHashes.ofLanes(length, toLanes(in.bytes("page hashes", in.remaining())), root);
  }

  private static long hashBytes(long bytes) {
    return Bytes32.BYTES * ((bytes + PAGE - 1) / PAGE);
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
