package opml.vm.state;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What a page of memory held at some time. Its bytes are here, or in a place that gives them back.
///
/// Two of them are the same only if they are one object: a page that nobody writes to is shared by all that was saved
/// meanwhile, and whoever compares two points of a run never looks into pages.
public final class SavedPage {
  /// Where the bytes of pages are that are not in memory.
  @FunctionalInterface
  public interface Source {
    /// {@return the bytes of the page that was stored at `at`}
    ///
    /// @throws DamagedPageException if it is not there as it was stored
    byte[] read(int page, long at);
  }

  private final int page;
  private byte @Nullable [] contents;
  private @Nullable Source source;
  private long at;

  /// A page whose bytes are in memory.
  SavedPage(int page, byte[] contents) {
    this.page = page;
    this.contents = contents;
  }

  /// A page whose bytes are elsewhere.
  public SavedPage(int page, Source source, long at) {
    this.page = page;
    this.source = source;
    this.at = at;
  }

  /// {@return the page's number, its address `>>> Memory.PAGE_SHIFT`}
  public int page() {
    return page;
  }

  public boolean inMemory() {
    return contents != null;
  }

  /// {@return whether `source` has it, too}
  @SuppressWarnings("ReferenceEquality") // one log, not an equal one
  public boolean isIn(Source source) {
    return this.source == source;
  }

  /// {@return where the source has it}
  public long at() {
    return at;
  }

  /// {@return the bytes, not to be changed}
  ///
  /// @throws DamagedPageException if they are elsewhere and do not come back as they were
  public byte[] load() {
    byte[] here = contents;
    return here != null ? here : Objects.requireNonNull(source).read(page, at);
  }

  /// Notes that the bytes are in a source, too.
  public void storedIn(Source source, long at) {
    this.source = source;
    this.at = at;
  }

  /// Forgets the bytes, which the source has.
  public void forget() {
    if (source == null) {
      throw new IllegalStateException("page " + page + " is nowhere else");
    }
    contents = null;
  }
}
