package opml.store;

import java.util.Comparator;
import opml.core.codec.Printable;
import opml.ethereum.chain.Data;

/// Work that is due. Times are seconds since 1970.
///
/// @param priority lower goes first
/// @param deadline of two of one priority, the earlier goes first
/// @param payload what the worker needs to know
/// @param notBefore when it may be taken at the earliest
/// @param tries how often it was taken
/// @param owner the token of who has it; empty if nobody has
/// @param leasedUntil when it may be taken by another although somebody has it; 0 if nobody has
/// @param trouble of the last try; empty if there was none
public record Job(
    JobKey key,
    int priority,
    long deadline,
    Data payload,
    long notBefore,
    int tries,
    String owner,
    long leasedUntil,
    String trouble) {
  /// In which order jobs are taken.
  public static final Comparator<Job> ORDER =
      Comparator.comparingInt(Job::priority)
          .thenComparingLong(Job::deadline)
          .thenComparing(Job::key, JobKey.ORDER);

  /// {@return a job that nobody has taken}
  public static Job of(JobKey key, int priority, long deadline, Data payload) {
    return new Job(key, priority, deadline, payload, 0, 0, "", 0, "");
  }

  /// {@return whether it may be taken}
  public boolean isFree(long now) {
    return notBefore <= now && (owner.isEmpty() || leasedUntil <= now);
  }

  /// {@return whether this owner has it, its time over or not}
  public boolean isOf(String someone) {
    return !owner.isEmpty() && owner.equals(someone);
  }

  /// Refuses a lease that would be none.
  public static void checkLease(String owner, long now, long until) {
    if (owner.isEmpty() || until <= now) {
      throw new IllegalArgumentException(
          "not a lease: owner '%s', from %d to %d".formatted(owner, now, until));
    }
  }

  /// {@return this job, taken}
  public Job taken(String by, long until) {
    return new Job(key, priority, deadline, payload, notBefore, tries + 1, by, until, trouble);
  }

  /// {@return this job, its owner's for longer}
  public Job extended(long until) {
    return new Job(key, priority, deadline, payload, notBefore, tries, owner, until, trouble);
  }

  /// {@return this job, given back}
  public Job released(long retryAt, String why) {
    return new Job(key, priority, deadline, payload, retryAt, tries, "", 0, Printable.lines(why));
  }
}
