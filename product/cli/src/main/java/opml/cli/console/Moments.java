package opml.cli.console;

/// Spans of time as people say them, in the largest unit of which they have two.
public final class Moments {
  private static final long MINUTE = 60;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;

  private Moments() {}

  /// {@return `3 min ago`, for a moment so many seconds past}
  public static String ago(long seconds) {
    return seconds <= 0 ? "just now" : span(seconds) + " ago";
  }

  /// {@return a moment as it looks from another one: `in 2 h`, `now`, `3 min ago`}
  public static String from(long now, long moment) {
    return moment > now ? "in " + span(moment - now) : moment == now ? "now" : ago(now - moment);
  }

  /// {@return `45 s`, `3 min`, `2 h`, `5 days`; rounded down, so that nobody thinks he has longer than he has}
  public static String span(long seconds) {
    if (seconds < 2 * MINUTE) {
      return seconds + " s";
    }
    if (seconds < 2 * HOUR) {
      return seconds / MINUTE + " min";
    }
    if (seconds < 2 * DAY) {
      return seconds / HOUR + " h";
    }
    return seconds / DAY < 10_000 ? seconds / DAY + " days" : "ages";
  }
}
