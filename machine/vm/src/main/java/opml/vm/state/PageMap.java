package opml.vm.state;

import java.util.BitSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Saved pages by number, unchangeable. A changed map shares with the old one every part in which nothing changed, so
/// that a thousand points of a run cost what was written between them, and two points are compared in a time
/// proportional to what they differ in.
///
/// A trie of 16-fold nodes, an idea from P. Bagwell, *Ideal Hash Trees*, 2001; page numbers are dense, so nodes are
/// plain arrays.
public final class PageMap {
  /// The map without pages.
  public static final PageMap EMPTY = new PageMap(null);

  private static final int BITS = 4;

  /// Levels above the pages: 2^20 pages are more than the largest memory has.
  private static final int TOP = 4;

  private final @Nullable Object @Nullable [] top;

  /// Hears of a page in which two maps differ; `null` where a map has none.
  @FunctionalInterface
  public interface Difference {
    void found(int page, @Nullable SavedPage here, @Nullable SavedPage there);
  }

  private PageMap(@Nullable Object @Nullable [] top) {
    this.top = top;
  }

  /// {@return the saved page of a number}
  public @Nullable SavedPage get(int page) {
    @Nullable Object[] node = top;
    for (int level = TOP; level > 0 && node != null; level--) {
      node = child(node, page >>> level * BITS & 15);
    }
    return node == null ? null : (SavedPage) node[page & 15];
  }

  /// {@return a map with other values for some pages}
  ///
  /// @param values by page; null for none
  public PageMap with(BitSet pages, IntFunction<@Nullable SavedPage> values) {
    return pages.isEmpty() ? this : new PageMap(with(top, TOP, 0, pages, values));
  }

  private static @Nullable Object[] with(
      @Nullable Object @Nullable [] node,
      int level,
      int from,
      BitSet pages,
      IntFunction<@Nullable SavedPage> values) {
    @Nullable Object[] copy = node == null ? new @Nullable Object[16] : node.clone();
    int span = 1 << level * BITS;
    int end = from + 16 * span;
    for (int page = pages.nextSetBit(from);
        page >= 0 && page < end;
        page = pages.nextSetBit(page + 1)) {
      int i = (page - from) / span;
      if (level == 0) {
        copy[i] = values.apply(page);
      } else {
        copy[i] = with(child(copy, i), level - 1, from + i * span, pages, values);
        page = from + (i + 1) * span - 1;
      }
    }
    return copy;
  }

  /// Tells the pages in which this map (`here`) and another (`there`) differ, in ascending order.
  public void differences(PageMap other, Difference difference) {
    differences(top, other.top, TOP, 0, difference);
  }

  @SuppressWarnings(
      "ReferenceEquality") // the same node or page, not an equal one: that is the point
  private static void differences(
      @Nullable Object @Nullable [] here,
      @Nullable Object @Nullable [] there,
      int level,
      int from,
      Difference difference) {
    if (here == there) {
      return;
    }
    for (int i = 0; i < 16; i++) {
      int at = from + (i << level * BITS);
      if (level > 0) {
        differences(
            here == null ? null : child(here, i),
            there == null ? null : child(there, i),
            level - 1,
            at,
            difference);
      } else {
        @Nullable SavedPage a = here == null ? null : (SavedPage) here[i];
        @Nullable SavedPage b = there == null ? null : (SavedPage) there[i];
        if (a != b) {
          difference.found(at, a, b);
        }
      }
    }
  }

  /// Tells every page, but those in parts seen before.
  ///
  /// @param seen parts of maps that were visited, compared by identity; those of this map are added
  public void visit(Set<Object> seen, Consumer<SavedPage> pages) {
    visit(top, TOP, seen, pages);
  }

  private static void visit(
      @Nullable Object @Nullable [] node, int level, Set<Object> seen, Consumer<SavedPage> pages) {
    if (node == null || !seen.add(node)) {
      return;
    }
    for (int i = 0; i < 16; i++) {
      if (level > 0) {
        visit(child(node, i), level - 1, seen, pages);
      } else if (node[i] instanceof SavedPage page) {
        pages.accept(page);
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static @Nullable Object @Nullable [] child(@Nullable Object[] node, int i) {
    return (@Nullable Object[]) node[i];
  }
}
