package opml.lab.bench;

import java.util.Locale;

/// A row of a bench that takes minutes; each stands alone. Its constant's name is how it is asked for.
public interface BenchRow {
  String name();

  /// {@return as it is asked for}
  default String title() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// {@return what happens in it}
  String story();
}
