package opml.vm.jit;

/// What the translation of hot code is tuned by. No value changes what a machine computes.
///
/// @param hot number of arrivals by a jump after which a word becomes the head of a region; at least 2
/// @param warmUp steps over all runs of a program in one memory before anything is translated, since a short run is
/// over before HotSpot has compiled what was translated for it; but no more than this process has interpreted before,
/// since an interpreter that HotSpot has not compiled yet is slower still
/// @param inlining how many calls deep a region follows callees, at least 0
/// @param cold a successor is left out of a region when its block was hit less than the head's hits by this divisor
/// @param methodBytes most bytes of a region's method, 1000 to 7900; HotSpot compiles no method above 8000
/// @param cacheBytes most bytes of code kept for one memory: of a region's method if it is large, else of its class
public record JitSettings(
    int hot, long warmUp, int inlining, int cold, int methodBytes, int cacheBytes) {
  /// As measured; see the package's tour.
  public static final JitSettings DEFAULT = new JitSettings(500, 5_000_000, 3, 200, 7600, 2 << 20);

  /// Translates what is come to twice; for tests, whose programs are short.
  public static final JitSettings EAGER = new JitSettings(2, 0, 3, 200, 7600, 2 << 20);

  public JitSettings {
    if (hot < 2
        || warmUp < 0
        || inlining < 0
        || cold < 1
        || methodBytes < 1000
        || methodBytes > 7900
        || cacheBytes < 0) {
      throw new IllegalArgumentException("settings out of range");
    }
  }
}
