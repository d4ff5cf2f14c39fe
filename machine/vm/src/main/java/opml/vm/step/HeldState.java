package opml.vm.step;

import opml.core.hash.Bytes32;
import opml.vm.state.MachineState;

/// The part of a state that needs no proof, pc, exit and registers, held in fields. Where code and memory come from is
/// what the kinds of access differ in.
public abstract class HeldState implements StateAccess {
  private final long[] registers;
  private long pc;
  private long exit;

  /// @param registers 32, x0 first
  protected HeldState(long pc, long exit, long[] registers) {
    this.pc = pc;
    this.exit = exit;
    this.registers = registers.clone();
  }

  /// {@return the state as it is now, with this root of the memory}
  protected final MachineState state(Bytes32 memRoot) {
    return new MachineState(memRoot, pc, exit, registers);
  }

  @Override
  public final long pc() {
    return pc;
  }

  @Override
  public final void pc(long value) {
    pc = value;
  }

  @Override
  public final long exit() {
    return exit;
  }

  @Override
  public final void exit(long value) {
    exit = value;
  }

  @Override
  public final long register(int number) {
    return registers[number];
  }

  @Override
  public final void register(int number, long value) {
    registers[number] = value;
  }
}
