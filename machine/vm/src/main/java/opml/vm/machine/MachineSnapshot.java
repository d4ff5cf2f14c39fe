package opml.vm.machine;

import opml.vm.state.Memory;

/// A point of a machine's run: everything but the memory's image.
public final class MachineSnapshot {
  private final long steps;
  private final long pc;
  private final long exit;
  private final long[] registers;
  private final Memory.Pages pages;

  /// @param pages of the machine's memory at that point
  public MachineSnapshot(long steps, long pc, long exit, long[] registers, Memory.Pages pages) {
    this.steps = steps;
    this.pc = pc;
    this.exit = exit;
    this.registers = registers.clone();
    this.pages = pages;
  }

  /// {@return the number of steps executed before it}
  public long steps() {
    return steps;
  }

  public long pc() {
    return pc;
  }

  public long exit() {
    return exit;
  }

  public long[] registers() {
    return registers.clone();
  }

  public Memory.Pages pages() {
    return pages;
  }
}
