package opml.sim.chain;

/// What is wrong with a node in a slot.
public interface Moods {
  /// {@return whether this call finds no answer}
  boolean losesCall(long slot);

  /// {@return how many blocks it is behind}
  int lag(long slot);

  /// {@return whether its views say something else than its events}
  boolean liesInViews(long slot);

  /// {@return whether it leaves out the events of its newest block}
  boolean losesEvents(long slot);
}
