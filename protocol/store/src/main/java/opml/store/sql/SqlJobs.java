package opml.store.sql;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import opml.ethereum.chain.Data;
import opml.store.Job;
import opml.store.JobKey;
import opml.store.JobKind;
import opml.store.JobQueue;

/// Jobs as rows.
final class SqlJobs implements JobQueue {
  private static final JobKind[] KINDS = JobKind.values();
  private static final String JOB =
      "select kind, subject, priority, deadline, payload, not_before, tries, owner, leased_until,"
          + " trouble from job";
  private static final String TURN = " order by priority, deadline, kind, subject";

  private final Transactions transactions;

  SqlJobs(Transactions transactions) {
    this.transactions = transactions;
  }

  @Override
  public Job add(JobKey key, int priority, long deadline, byte[] payload) {
    return transactions.write(
        sql -> {
          Job job = Job.of(key, priority, deadline, Data.of(payload));
          sql.change(
              "insert into job (kind, subject, priority, deadline, payload, not_before, tries,"
                  + " owner, leased_until, trouble) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                  + " on conflict do nothing",
              key.kind(),
              key.subject(),
              job.priority(),
              job.deadline(),
              job.payload(),
              job.notBefore(),
              job.tries(),
              job.owner(),
              job.leasedUntil(),
              job.trouble());
          return find(sql, key).orElseThrow();
        });
  }

  @Override
  public Optional<Job> take(String owner, long now, long until) {
    Job.checkLease(owner, now, until);
    return transactions.write(
        sql -> {
          Optional<Job> first =
              sql.first(
                  JOB
                      + " where not_before <= ? and (owner = '' or leased_until <= ?)"
                      + TURN
                      + " limit 1",
                  SqlJobs::read,
                  now,
                  now);
          if (first.isEmpty()) {
            return first;
          }
          return Optional.of(write(sql, first.get().taken(owner, until)));
        });
  }

  @Override
  public Optional<Job> take(JobKey key, String owner, long now, long until) {
    Job.checkLease(owner, now, until);
    return transactions.write(
        sql -> {
          Optional<Job> free = find(sql, key).filter(job -> job.isFree(now));
          if (free.isEmpty()) {
            return free;
          }
          return Optional.of(write(sql, free.get().taken(owner, until)));
        });
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
    return transactions.write(
        sql -> {
          Optional<Job> job = find(sql, key).filter(found -> found.isOf(owner));
          if (job.isPresent()) {
            write(sql, change.apply(job.get()));
          }
          return job.isPresent();
        });
  }

  private static Job write(Sql sql, Job job) throws SQLException {
    sql.change(
        "update job set not_before = ?, tries = ?, owner = ?, leased_until = ?, trouble = ?"
            + " where kind = ? and subject = ?",
        job.notBefore(),
        job.tries(),
        job.owner(),
        job.leasedUntil(),
        job.trouble(),
        job.key().kind(),
        job.key().subject());
    return job;
  }

  @Override
  public boolean finish(JobKey key, String owner) {
    return transactions.write(
        sql ->
            sql.change(
                    "delete from job where kind = ? and subject = ? and owner = ? and owner <> ''",
                    key.kind(),
                    key.subject(),
                    owner)
                > 0);
  }

  @Override
  public boolean cancel(JobKey key) {
    return transactions.write(
        sql ->
            sql.change("delete from job where kind = ? and subject = ?", key.kind(), key.subject())
                > 0);
  }

  @Override
  public Optional<Job> find(JobKey key) {
    return transactions.read(sql -> find(sql, key));
  }

  private static Optional<Job> find(Sql sql, JobKey key) throws SQLException {
    return sql.first(
        JOB + " where kind = ? and subject = ?", SqlJobs::read, key.kind(), key.subject());
  }

  @Override
  public List<Job> all() {
    return transactions.read(sql -> sql.list(JOB + TURN, SqlJobs::read));
  }

  private static Job read(Columns row) throws SQLException {
    return new Job(
        new JobKey(row.constant(KINDS), row.hash()),
        Math.toIntExact(row.number()),
        row.number(),
        row.data(),
        row.number(),
        Math.toIntExact(row.number()),
        row.text(),
        row.number(),
        row.text());
  }
}
