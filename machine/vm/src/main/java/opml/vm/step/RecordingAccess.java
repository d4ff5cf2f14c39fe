package opml.vm.step;

import java.util.ArrayList;
import java.util.List;
import opml.core.hash.Bytes32;
import opml.vm.state.MachineState;

/// Runs one step on a machine and keeps the leaves that it touches, with their proofs.
public final class RecordingAccess implements StateAccess {
  private final DirectAccess machine;
  private final MachineState prestate;
  private final List<Opening> openings = new ArrayList<>();

  /// Records the step that follows the machine's present state.
  public RecordingAccess(DirectAccess machine) {
    this.machine = machine;
    this.prestate = machine.state();
  }

  /// {@return the witness of the step that was run}
  public StepProof proof() {
    return new StepProof(prestate, openings);
  }

  /// {@return the witness of a machine's next step; the machine stays as it was, all but `access`, which is used up}
  public static StepProof prove(DirectAccess access) {
    RecordingAccess recording = new RecordingAccess(access);
    Step.step(recording);
    if (recording.openings.size() == 2) {
      Opening memory = recording.openings.getLast();
      access.memoryLeaf(memory.proof().index(), memory.leaf());
    }
    return recording.proof();
  }

  @Override
  public Bytes32 codeLeaf(long index) {
    Bytes32 leaf = machine.codeLeaf(index);
    openings.add(new Opening(leaf, machine.program().prove(index)));
    return leaf;
  }

  @Override
  public Bytes32 memoryLeaf(long index) {
    Bytes32 leaf = machine.memoryLeaf(index);
    openings.add(new Opening(leaf, machine.memory().prove(index)));
    return leaf;
  }

  @Override
  public void memoryLeaf(long index, Bytes32 leaf) {
    machine.memoryLeaf(index, leaf);
  }

  @Override
  public long pc() {
    return machine.pc();
  }

  @Override
  public void pc(long value) {
    machine.pc(value);
  }

  @Override
  public long exit() {
    return machine.exit();
  }

  @Override
  public void exit(long value) {
    machine.exit(value);
  }

  @Override
  public long register(int number) {
    return machine.register(number);
  }

  @Override
  public void register(int number, long value) {
    machine.register(number, value);
  }

  @Override
  public int codeDepth() {
    return machine.codeDepth();
  }

  @Override
  public int memDepth() {
    return machine.memDepth();
  }
}
