package opml.kernels.layout;

/// Six nested loops, the outermost first; one that is not needed turns once.
public record SixLoops(int d0, int d1, int d2, int d3, int d4, int d5) {
  /// {@return how often the loop of that number turns, 1 if there is none}
  public int get(int loop) {
    return switch (loop) {
      case 0 -> d0;
      case 1 -> d1;
      case 2 -> d2;
      case 3 -> d3;
      case 4 -> d4;
      case 5 -> d5;
      default -> 1;
    };
  }

  /// {@return how often the innermost one turns in all}
  public int count() {
    return d0 * d1 * d2 * d3 * d4 * d5;
  }
}
