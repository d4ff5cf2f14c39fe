package opml.store;

import java.util.List;
import java.util.Optional;

/// Work that is due, by priority and deadline. Whoever takes a job has it for a while and names itself by a token of
/// its own; one who is late may find that another has it. A job may so be done twice, never not at all. Its result is
/// kept before the job is finished.
///
/// Atomicity, durability and threads are those of the [Store]. Times are seconds since 1970, and are the caller's.
public interface JobQueue {
  /// Adds a job that nobody has taken. If its key is known, nothing changes.
  ///
  /// @return the job that stands
  Job add(JobKey key, int priority, long deadline, byte[] payload);

  /// Takes the first job that is free: by priority, deadline, key.
  ///
  /// @param owner a token that nobody else uses; not empty
  /// @param until when another may take it; behind `now`
  Optional<Job> take(String owner, long now, long until);

  /// Takes this job, if it is there and free.
  ///
  /// @param owner a token that nobody else uses; not empty
  /// @param until when another may take it; behind `now`
  Optional<Job> take(JobKey key, String owner, long now, long until);

  /// Keeps a job for longer.
  ///
  /// @return whether the owner still has it
  boolean extend(JobKey key, String owner, long until);

  /// Gives a job back that was not done.
  ///
  /// @param retryAt when it may be taken again
  /// @return whether the owner still had it
  boolean release(JobKey key, String owner, long retryAt, String why);

  /// Removes a job that was done.
  ///
  /// @return whether the owner still had it
  boolean finish(JobKey key, String owner);

  /// Removes a job that is no use any more, whoever has it.
  ///
  /// @return whether there was one
  boolean cancel(JobKey key);

  Optional<Job> find(JobKey key);

  /// {@return all jobs, in the order in which they are taken}
  List<Job> all();
}
