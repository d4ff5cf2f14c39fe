package opml.vm.step;

import opml.core.hash.Bytes32;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.Program;

/// The machine itself: registers here, code and memory where they are.
public final class DirectAccess extends HeldState {
  private final Program program;
  private final Memory memory;

  /// A machine in this state over a memory, which is written to.
  public DirectAccess(Program program, Memory memory, long pc, long exit, long[] registers) {
    super(pc, exit, registers);
    if (memory.depth() != program.memDepth()) {
      throw new IllegalArgumentException(
          "the program wants a memory of depth %d, not %d"
              .formatted(program.memDepth(), memory.depth()));
    }
    this.program = program;
    this.memory = memory;
  }

  /// {@return the state as it is now}
  public MachineState state() {
    return state(memory.root());
  }

  Program program() {
    return program;
  }

  Memory memory() {
    return memory;
  }

  @Override
  public int codeDepth() {
    return program.codeDepth();
  }

  @Override
  public int memDepth() {
    return memory.depth();
  }

  @Override
  public Bytes32 codeLeaf(long index) {
    return program.leaf(index);
  }

  @Override
  public Bytes32 memoryLeaf(long index) {
    return memory.leaf(index);
  }

  @Override
  public void memoryLeaf(long index, Bytes32 leaf) {
    memory.leaf(index, leaf);
  }
}
