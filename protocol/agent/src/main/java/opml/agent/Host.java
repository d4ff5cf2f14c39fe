package opml.agent;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import opml.core.time.Time;
import opml.proof.HeapBudget;
import opml.proof.MachineSpeed;
import opml.store.JobQueue;
import opml.store.RunResults;
import opml.store.memory.MapStore;

/// What an agent finds around it in its process, besides what its [opml.ethereum.send.Sender] finds: that one's time is
/// the agent's, too. The roles of one account share a host.
///
/// @param desk where the account's jobs are done
/// @param stepsPerSecond that the machine executes here
/// @param audit of own runs
public record Host(WorkDesk desk, DoubleSupplier stepsPerSecond, SelfAudit audit) {
  /// Of a hundred runs, so many are audited where nobody says otherwise.
  public static final double USUAL_AUDITS = 5;

  /// {@return a host in this process that keeps nothing for the next one, and audits nothing}
  public static Host here() {
    return here(
        MapStore.jobsAlone(),
        MapStore.resultsAlone(),
        WorkDesk.usualCores(),
        new SelfAudit(0, RandomGenerator.getDefault()));
  }

  /// {@return a host in this process that keeps nothing for the next one, and audits as usual}
  public static Host careful() {
    return here(
        MapStore.jobsAlone(),
        MapStore.resultsAlone(),
        WorkDesk.usualCores(),
        new SelfAudit(USUAL_AUDITS / 100, new SecureRandom()));
  }

  /// {@return a host in this process: a thread for each job, the measured speed, the heap that is free}
  ///
  /// @param jobs of the account
  /// @param results of its runs
  /// @param cores jobs that are done at a time
  public static Host here(JobQueue jobs, RunResults results, int cores, SelfAudit audit) {
    Executor threads = job -> Thread.ofPlatform().daemon().name("job").start(job);
    WorkDesk desk =
        new WorkDesk(
            jobs,
            results,
            threads,
            InstantSource.system(),
            Time.SYSTEM,
            cores,
            () -> HeapBudget.shared().valueBytes());
    return new Host(desk, () -> MachineSpeed.here().stepsPerSecond(), audit);
  }
}
