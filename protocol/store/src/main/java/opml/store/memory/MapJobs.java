package opml.store.memory;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import opml.ethereum.chain.Data;
import opml.store.Job;
import opml.store.JobKey;
import opml.store.JobQueue;

/// The jobs by their key.
final class MapJobs implements JobQueue {
  private final MapState state;
  private final TreeMap<JobKey, Job> jobs = new TreeMap<>(JobKey.ORDER);

  MapJobs(MapState state) {
    this.state = state;
  }

  @Override
  public Job add(JobKey key, int priority, long deadline, byte[] payload) {
    return state.alone(
        () -> jobs.computeIfAbsent(key, _ -> Job.of(key, priority, deadline, Data.of(payload))));
  }

  @Override
  public Optional<Job> take(String owner, long now, long until) {
    Job.checkLease(owner, now, until);
    return state.alone(
        () -> {
          Optional<Job> first =
              jobs.values().stream().filter(job -> job.isFree(now)).min(Job.ORDER);
          return taken(first, owner, until);
        });
  }

  @Override
  public Optional<Job> take(JobKey key, String owner, long now, long until) {
    Job.checkLease(owner, now, until);
    return state.alone(
        () ->
            taken(Optional.ofNullable(jobs.get(key)).filter(job -> job.isFree(now)), owner, until));
  }

  private Optional<Job> taken(Optional<Job> free, String owner, long until) {
    Optional<Job> taken = free.map(job -> job.taken(owner, until));
    taken.ifPresent(job -> jobs.put(job.key(), job));
    return taken;
  }

  @Override
  public boolean extend(JobKey key, String owner, long until) {
    return change(key, owner, job -> job.extended(until));
  }

  @Override
  public boolean release(JobKey key, String owner, long retryAt, String why) {
    return change(key, owner, job -> job.released(retryAt, why));
  }

  private boolean change(JobKey key, String owner, UnaryOperator<Job> change) {
    return state.alone(
        () -> {
          Job job = jobs.get(key);
          if (job == null || !job.isOf(owner)) {
            return false;
          }
          jobs.put(key, change.apply(job));
          return true;
        });
  }

  @Override
  public boolean finish(JobKey key, String owner) {
    return state.alone(
        () -> {
          Job job = jobs.get(key);
          return job != null && job.isOf(owner) && jobs.remove(key, job);
        });
  }

  @Override
  public boolean cancel(JobKey key) {
    return state.alone(() -> jobs.remove(key) != null);
  }

  @Override
  public Optional<Job> find(JobKey key) {
    return state.alone(() -> Optional.ofNullable(jobs.get(key)));
  }

  @Override
  public List<Job> all() {
    return state.alone(() -> jobs.values().stream().sorted(Job.ORDER).toList());
  }
}
