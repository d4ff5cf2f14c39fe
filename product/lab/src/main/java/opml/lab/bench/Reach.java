package opml.lab.bench;

/// A figure and what it must reach.
///
/// @param figure its name, for people
/// @param measured NaN if it could not be measured
/// @param atLeast whether the goal is the least that will do; otherwise it is the most
public record Reach(String figure, double measured, boolean atLeast, double goal) {
  public static Reach atLeast(String figure, Number measured, double goal) {
    return new Reach(figure, measured.doubleValue(), true, goal);
  }

  public static Reach atMost(String figure, Number measured, double goal) {
    return new Reach(figure, measured.doubleValue(), false, goal);
  }

  public static Reach none(String figure, Number measured) {
    return atMost(figure, measured, 0);
  }

  public static Reach all(String figure, int measured, int total) {
    return atLeast(figure + " of " + total, measured, total);
  }

  public boolean isReached() {
    return atLeast ? measured >= goal : measured <= goal;
  }
}
