package opml.cli.console;

/// The part of a trace that is still disputed, drawn to scale; always at least one mark wide.
public final class IntervalBar {
  private IntervalBar() {}

  /// {@return a bar of `width` columns for the steps `first` to `first + length - 1` of `total`}
  public static String of(long first, long length, long total, int width) {
    if (total < 1 || length < 1 || first < 0 || length > total - first) {
      throw new IllegalArgumentException(
          "not a part of " + total + " steps: " + length + " from " + first);
    }
    double scale = (double) width / total;
    int from = Math.min(width - 1, (int) (first * scale));
    int to = Math.clamp((int) Math.ceil((first + length) * scale), from + 1, width);
    return "│" + "·".repeat(from) + "█".repeat(to - from) + "·".repeat(width - to) + "│";
  }
}
