package opml.agent;

/// How urgent a job is; the most urgent first.
enum Urgency {
  /// A clock of an own game runs.
  GAME(0),

  /// A claim can be challenged for so long.
  CLAIM(1),

  /// Somebody asks.
  REQUEST(2),

  /// A run that took too long is made once more, and nobody waits for it.
  AGAIN(3);

  private final int priority;

  Urgency(int priority) {
    this.priority = priority;
  }

  /// {@return what a job's row says}
  int priority() {
    return priority;
  }
}
