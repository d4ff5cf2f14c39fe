package opml.agent;

import opml.core.hash.Bytes32;
import opml.store.JobKey;

/// A job, and how it is done.
///
/// @param subject that a person is told who looks into the queue: the request that it is about
/// @param bytes of memory that it takes while it is done
/// @param isStrange whether nothing bounds its time but that it is ended
record WantedJob(JobKey key, Due due, Bytes32 subject, long bytes, boolean isStrange, Body body) {
  /// Does a job, on a worker's thread, and keeps what it found out.
  @FunctionalInterface
  interface Body {
    /// @throws RuntimeException if it was not done, and is to be tried again later; with its reason
    void run(Course course);
  }

  boolean isOfAGame() {
    return due.urgency() == Urgency.GAME;
  }
}
