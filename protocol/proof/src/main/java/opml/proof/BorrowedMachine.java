package opml.proof;

import opml.vm.machine.Machine;
import opml.vm.state.MemoryPool;

/// A machine in a memory of the pool. Closed, the memory goes back, and neither is used any more.
///
/// @param machine at the start of its program
public record BorrowedMachine(Machine machine, MemoryPool.Lease lease) implements AutoCloseable {
  @Override
  public void close() {
    lease.close();
  }
}
