package opml.kernels.catalog;

/// An upper bound of the instructions that a kernel's pinned program executes, start stub and exit included, for any
/// content of its segments.
@FunctionalInterface
public interface Cost {
  /// {@return the bound for scalars in the ABI's 64-bit form; `Long.MAX_VALUE` where it does not fit}
  long instructions(long[] scalars);
}
