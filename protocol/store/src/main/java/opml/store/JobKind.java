package opml.store;

/// What a job is to find out. Stores keep the position of a constant in this list: new ones come last.
public enum JobKind {
  /// The output of a request, natively.
  RUN,

  /// States of a run, for a move.
  REPLAY,

  /// Whether a run's node gives the same in the machine.
  AUDIT
}
