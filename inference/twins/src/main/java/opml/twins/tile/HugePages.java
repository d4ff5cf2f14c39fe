package opml.twins.tile;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory for weights, in pages of 2 MiB where Linux gives them: each is read once for a token, and with pages of
/// 4 KiB, above all under a hypervisor, finding them took a third of the time.
final class HugePages {
  private static final Logger LOG = System.getLogger(HugePages.class.getName());

  private static final long PAGE = 2L << 20;

  /// What is not worth a mapping of its own.
  private static final long LEAST = 4 * PAGE;

  private static final int ALIGNMENT = 64;

  private HugePages() {}

  /// Found at first use.
  private static final class Found {
    static final SystemPages PAGES = new SystemPages(false);
  }

  /// {@return zeros, which live as long as anybody has them}
  static MemorySegment allocate(long bytes) {
    if (bytes >= LEAST && System.getProperty("os.name", "").equals("Linux")) {
      try {
        long[] address = new long[1];
        long mapped = (bytes + 2 * PAGE - 1) & -PAGE;
        if (Found.PAGES.map(mapped, address) == 0) {
          return huge(address[0], mapped, bytes);
        }
      } catch (RuntimeException | LinkageError e) {
        LOG.log(Level.DEBUG, "no pages of 2 MiB", e);
      }
    }
    return Arena.ofAuto().allocate(bytes, ALIGNMENT);
  }

  @SuppressWarnings("restricted")
  private static MemorySegment huge(long at, long mapped, long bytes) {
    long begin = (at + PAGE - 1) & -PAGE;
    int error = Found.PAGES.wantHuge(begin, mapped - PAGE);
    if (error != 0) {
      LOG.log(Level.DEBUG, "no pages of 2 MiB: errno {0}", error);
    }
    return MemorySegment.ofAddress(begin)
        .reinterpret(bytes, Arena.ofAuto(), _ -> Found.PAGES.unmap(at, mapped));
  }
}
