package opml.agent;

import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import opml.proof.HeapBudget;
import opml.proof.MachineSpeed;

/// What an agent finds around it in its process, besides what its [opml.ethereum.send.Sender] finds: that one's time is
/// the agent's, too.
///
/// @param runs makes runs, beside the agent or at once
/// @param stepsPerSecond that the machine executes here
/// @param runBytes that whole runs may keep together now
public record Host(Executor runs, DoubleSupplier stepsPerSecond, LongSupplier runBytes) {
  /// This process: a thread for each run, the measured speed, the heap that is free.
  public static final Host HERE =
      new Host(
          run -> Thread.ofPlatform().daemon().name("run").start(run),
          () -> MachineSpeed.here().stepsPerSecond(),
          () -> HeapBudget.shared().valueBytes());
}
