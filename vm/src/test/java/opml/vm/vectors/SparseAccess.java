package opml.vm.vectors;

import java.util.ArrayList;
import java.util.List;
import opml.core.hash.Bytes32;
import opml.core.merkle.SparseTree;
import opml.vm.state.MachineState;
import opml.vm.state.Program;
import opml.vm.step.Opening;
import opml.vm.step.StateAccess;
import opml.vm.step.StepProof;

/// A machine over a sparse tree, so that memories of every depth can be tried, recording what it opens.
final class SparseAccess implements StateAccess {
  private final Program program;
  private final SparseTree memory;
  private final MachineState prestate;
  private final List<Opening> openings = new ArrayList<>();
  private final long[] registers;
  private long pc;
  private long exit;

  SparseAccess(Program program, SparseTree memory, MachineState prestate) {
    this.program = program;
    this.memory = memory;
    this.prestate = prestate;
    this.registers = prestate.registers();
    this.pc = prestate.pc();
    this.exit = prestate.exit();
  }

  StepProof proof() {
    return new StepProof(prestate, openings);
  }

  MachineState poststate() {
    return new MachineState(memory.root(), pc, exit, registers);
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
  public long pc() {
    return pc;
  }

  @Override
  public void pc(long value) {
    pc = value;
  }

  @Override
  public long exit() {
    return exit;
  }

  @Override
  public void exit(long value) {
    exit = value;
  }

  @Override
  public long register(int number) {
    return registers[number];
  }

  @Override
  public void register(int number, long value) {
    registers[number] = value;
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
