package opml.vm.vectors;

import java.util.ArrayList;
import java.util.List;
import opml.core.hash.Bytes32;
import opml.core.merkle.SparseTree;
import opml.vm.state.MachineState;
import opml.vm.state.Program;
import opml.vm.step.HeldState;
import opml.vm.step.Opening;
import opml.vm.step.StepProof;

/// A machine over a sparse tree, so that memories of every depth can be tried, recording what it opens.
final class SparseAccess extends HeldState {
  private final Program program;
  private final SparseTree memory;
  private final MachineState prestate;
  private final List<Opening> openings = new ArrayList<>();

  SparseAccess(Program program, SparseTree memory, MachineState prestate) {
    super(prestate.pc(), prestate.exit(), prestate.registers());
    this.program = program;
    this.memory = memory;
    this.prestate = prestate;
  }

  StepProof proof() {
    return new StepProof(prestate, openings);
  }

  MachineState poststate() {
    return state(memory.root());
  }

  @Override
  public Bytes32 codeLeaf(long index) {
    openings.add(new Opening(program.leaf(index), program.prove(index)));
    return program.leaf(index);
  }

  @Override
  public Bytes32 memoryLeaf(long index) {
    openings.add(new Opening(memory.leaf(index), memory.prove(index)));
    return memory.leaf(index);
  }

  @Override
  public void memoryLeaf(long index, Bytes32 leaf) {
    memory.set(index, leaf);
  }

  @Override
  public int codeDepth() {
    return program.codeDepth();
  }

  @Override
  public int memDepth() {
    return memory.depth();
  }
}
