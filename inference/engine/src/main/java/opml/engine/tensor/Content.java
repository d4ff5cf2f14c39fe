package opml.engine.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.function.Consumer;
import opml.core.codec.MalformedException;
import opml.core.hash.Bytes32;
import opml.core.hash.NodeHasher;
import opml.core.merkle.PageHashes;
import org.jspecify.annotations.Nullable;

/// A tensor's bytes, in memory or still where they are stored.
///
/// **What was hashed is what runs.** A run gets a private copy, made when it is first asked for and kept: whatever
/// becomes of the file then, nobody changes it. Hashing bytes that nobody has copied yet passes over them block by
/// block and keeps none, but notes their SHA-256 digest, which a copy made later, and every other pass, must have; so
/// does packing them for a kernel. A copy that was made first is what is hashed.
final class Content {
  /// What a pass reads at a time: pages, so many that a hasher is busy and few enough to stay near the core.
  private static final int BLOCK = 1 << 19;

  private static final int PAGE = 1 << PageHashes.PAGE_SHIFT;

  private final Optional<StoredBytes> stored;
  private volatile @Nullable MemorySegment bytes;
  private @Nullable Bytes32 digest;

  Content(MemorySegment bytes) {
    this.stored = Optional.empty();
    this.bytes = bytes;
  }

  Content(StoredBytes stored) {
    this.stored = Optional.of(stored);
  }

  long byteSize() {
    return stored.map(StoredBytes::byteSize).orElseGet(() -> bytes().byteSize());
  }

  /// {@return what errors call the bytes}
  String name() {
    return stored.map(StoredBytes::name).orElse("bytes in memory");
  }

  MemorySegment bytes() {
    MemorySegment known = bytes;
    return known == null ? copied() : known;
  }

  /// Fills `target` with the bytes from `from` on, wherever they are, and keeps none.
  void read(long from, MemorySegment target) {
    MemorySegment known = bytes;
    if (known == null) {
      stored.orElseThrow().read(from, target);
    } else {
      MemorySegment.copy(known, from, target, 0, target.byteSize());
    }
  }

  private synchronized MemorySegment copied() {
    MemorySegment known = bytes;
    if (known != null) {
      return known;
    }
    StoredBytes source = stored.orElseThrow();
    MemorySegment copy = OutsideMemory.allocate(source.byteSize());
    source.read(0, copy);
    Bytes32 expected = digest;
    if (expected != null) {
      requireSame(digestOf(copy), expected);
    }
    bytes = copy;
    return copy;
  }

  /// {@return SHA-256 of the bytes}
  synchronized Bytes32 digest() {
    Bytes32 known = digest;
    if (known == null) {
      MemorySegment here = bytes;
      known = here == null ? passOver(1, block -> {}) : digestOf(here);
      digest = known;
    }
    return known;
  }

  boolean isStored() {
    return bytes == null;
  }

  /// Goes over the bytes, wherever they are, and keeps none.
  ///
  /// @param unit blocks have whole multiples of so many bytes
  void pass(int unit, Consumer<MemorySegment> reader) {
    MemorySegment here = bytes;
    if (here == null) {
      passOverStored(unit, reader);
    } else {
      reader.accept(here);
    }
  }

  private synchronized void passOverStored(int unit, Consumer<MemorySegment> reader) {
    MemorySegment here = bytes;
    if (here == null) {
      digest = passOver(unit, reader);
    } else {
      reader.accept(here);
    }
  }

  PageHashes hashes() {
    Optional<PageHashes> ofStored = bytes == null ? hashesOfStored() : Optional.empty();
    // Without the lock: who waits for other cores meanwhile does their work, perhaps on a tensor
    // that somebody else has locked.
    return ofStored.orElseGet(() -> PageHashes.of(bytes()));
  }

  /// {@return the hashes of what is not in memory, nor so little that it may as well be}
  private synchronized Optional<PageHashes> hashesOfStored() {
    long size = byteSize();
    if (bytes != null || size <= PAGE) {
      return Optional.empty();
    }
    Lanes lanes = new Lanes(size);
    digest = passOver(PAGE, lanes::add);
    return Optional.of(PageHashes.ofLanes(size, lanes.all));
  }

  /// Reads all that is stored once, from its first byte to its last.
  ///
  /// @return the digest, the same as in every pass before
  private Bytes32 passOver(int unit, Consumer<MemorySegment> reader) {
    StoredBytes source = stored.orElseThrow();
    MessageDigest sha = sha256();
    int most = Math.max(1, BLOCK / unit) * unit;
    // Outside of the heap, where files are read to, and machine code packs from.
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment block = arena.allocate(Math.min(most, source.byteSize()), Long.BYTES);
      for (long at = 0; at < source.byteSize(); at += block.byteSize()) {
        MemorySegment part = block.asSlice(0, Math.min(block.byteSize(), source.byteSize() - at));
        source.read(at, part);
        sha.update(part.asByteBuffer());
        reader.accept(part);
      }
    }
    Bytes32 found = Bytes32.of(sha.digest());
    Bytes32 expected = digest;
    if (expected != null) {
      requireSame(found, expected);
    }
    return found;
  }

  private void requireSame(Bytes32 found, Bytes32 expected) {
    if (!found.equals(expected)) {
      throw new MalformedException(
          stored.orElseThrow().name()
              + ": somebody has changed these bytes since they were hashed");
    }
  }

  private static Bytes32 digestOf(MemorySegment bytes) {
    MessageDigest sha = sha256();
    byte[] block = new byte[(int) Math.min(BLOCK, bytes.byteSize())];
    for (long at = 0; at < bytes.byteSize(); at += block.length) {
      int count = (int) Math.min(block.length, bytes.byteSize() - at);
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, block, 0, count);
      sha.update(block, 0, count);
    }
    return Bytes32.of(sha.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /// The page hashes of blocks, put together.
  private static final class Lanes {
    private static final int LANES = 4;

    private final long[] all;
    private int at;

    Lanes(long size) {
      this.all = new long[Math.toIntExact(LANES * ((size + PAGE - 1) / PAGE))];
    }

    /// Adds a block of whole pages, or the last one.
    void add(MemorySegment block) {
      long[] lanes = PageHashes.of(block, NodeHasher.current(), false).lanes();
      System.arraycopy(lanes, 0, all, at, lanes.length);
      at += lanes.length;
    }
  }
}
