package opml.agent;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import opml.core.hash.Bytes32;
import opml.store.Job;
import opml.store.JobKey;
import opml.store.JobKind;
import opml.store.JobQueue;
import opml.store.StoreException;

/// The jobs of a desk as rows, so that the next process knows what was tried, how often, and what became of it. Where
/// the store is away, work goes on, and what is not written is written later or done again.
///
/// A row that is never to be taken is no job but a mark: a run of this model went wrong.
final class DeskRows {
  private static final String OWNER = "desk";
  private static final long NEVER = Long.MAX_VALUE;

  private final JobQueue rows;
  private final Map<JobKey, Job> left = new HashMap<>();
  private final Set<JobKey> written = new HashSet<>();

  /// Takes over what an earlier process has left.
  ///
  /// @param now seconds since 1970
  DeskRows(JobQueue rows, long now) {
    this.rows = rows;
    for (Job job : rows.all()) {
      Job free = job;
      if (!job.owner().isEmpty()) {
        // The process ended with it, and may have ended of it: the second time it has to wait.
        long retryAt = job.tries() < 2 ? now : now + pause(job.tries(), false);
        String why = "a process ended while it was done";
        rows.release(job.key(), job.owner(), retryAt, why);
        free = job.released(retryAt, job.tries() < 2 ? job.trouble() : why);
      }
      if (free.notBefore() != NEVER) {
        written.add(job.key());
      }
      left.put(job.key(), free);
    }
  }

  /// {@return for how many seconds a job is left alone that was tried so often}
  static long pause(int tries, boolean isOfAGame) {
    long pause = 5L << Math.min(Math.max(tries, 1) - 1, 10);
    return Math.min(pause, isOfAGame ? 30 : 3_600);
  }

  /// {@return what an earlier process has left of a job, once}
  synchronized Optional<Job> left(JobKey key) {
    return Optional.ofNullable(left.remove(key));
  }

  synchronized boolean isWritten(JobKey key) {
    return written.contains(key);
  }

  /// {@return the keys of all rows}
  synchronized Set<JobKey> keys() {
    return Set.copyOf(written);
  }

  void add(WantedJob job) {
    synchronized (this) {
      written.add(job.key());
    }
    quietly(
        () ->
            rows.add(
                job.key(),
                job.due().urgency().priority(),
                job.due().deadline(),
                job.subject().toArray()));
  }

  /// Notes that a job is being done.
  void take(WantedJob job, long now) {
    add(job);
    quietly(() -> rows.take(job.key(), OWNER, now, NEVER));
  }

  void release(JobKey key, long retryAt, String why) {
    quietly(() -> rows.release(key, OWNER, retryAt, why));
  }

  void remove(JobKey key) {
    synchronized (this) {
      written.remove(key);
      left.remove(key);
    }
    quietly(() -> rows.cancel(key));
  }

  // ------------------------------------------------------------------ marks

  private static JobKey key(Bytes32 model) {
    return new JobKey(JobKind.AUDIT, model);
  }

  /// {@return the step that an earlier process marked a model with, if it did}
  synchronized OptionalLong marked(Bytes32 model) {
    Job job = left.get(key(model));
    return job == null || job.notBefore() != NEVER
        ? OptionalLong.empty()
        : OptionalLong.of(ByteBuffer.wrap(job.payload().toArray()).getLong());
  }

  void mark(Bytes32 model, long step, String why) {
    JobKey key = key(model);
    byte[] payload = ByteBuffer.allocate(Long.BYTES).putLong(step).array();
    quietly(
        () -> {
          rows.add(key, Urgency.AGAIN.priority(), NEVER, payload);
          rows.take(key, OWNER, NEVER - 1, NEVER);
          rows.release(key, OWNER, NEVER, why);
        });
  }

  void unmark(Bytes32 model) {
    remove(key(model));
  }

  private static void quietly(Runnable write) {
    try {
      write.run();
    } catch (StoreException.Fenced e) {
      throw e;
    } catch (StoreException | IllegalStateException e) {
      return; // it is away or closed; whoever sends meets the same, and tells it
    }
  }
}
