package opml.vm.checkpoint;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import opml.vm.state.SavedPage;

/// The pages of checkpoints whose bytes are in memory, oldest first.
final class ResidentPages {
  private final Set<SavedPage> pages = new LinkedHashSet<>();
  private final int pageBytes;

  ResidentPages(int pageBytes) {
    this.pageBytes = pageBytes;
  }

  void add(SavedPage page) {
    if (page.inMemory()) {
      pages.add(page);
    }
  }

  long bytes() {
    return (long) pages.size() * pageBytes;
  }

  /// Forgets the bytes of pages that `source` has, oldest first, until no more than `most` are left.
  void evict(SavedPage.Source source, long most) {
    Iterator<SavedPage> all = pages.iterator();
    while (bytes() > most && all.hasNext()) {
      SavedPage page = all.next();
      if (page.isIn(source)) {
        page.forget();
        all.remove();
      }
    }
  }

  /// Keeps only pages that some checkpoint still has.
  void retain(Set<SavedPage> live) {
    pages.retainAll(live);
  }

  void clear() {
    pages.clear();
  }
}
