package opml.vm.step;

import java.util.Objects;
import opml.core.codec.ByteReader;
import opml.core.hash.Bytes32;
import opml.vm.state.MachineState;
import opml.vm.state.ProgramDescriptor;
import org.jspecify.annotations.Nullable;

/// Replays one step from an encoded witness, as the contract does: it knows the prestate's commitment and the program's
/// descriptor, and believes a leaf only when its proof leads to the right root. It takes and refuses just the witnesses
/// that the contract does.
public final class ReplayingAccess implements StateAccess {
  private final ProgramDescriptor program;
  private final ByteReader witness;
  private final MachineState prestate;
  private final long[] registers;
  private long pc;
  private long exit;
  private Bytes32 memRoot;
  private @Nullable Opening opened;

  /// @throws opml.core.codec.MalformedException if the witness does not begin with the prestate
  public ReplayingAccess(Bytes32 prestate, ProgramDescriptor program, byte[] witness) {
    this.program = program;
    this.witness = new ByteReader("step witness", witness);
    this.prestate = MachineState.read(this.witness);
    if (!this.prestate.hash().equals(prestate)) {
      throw this.witness.malformed(
          "the state's hash is %s, not %s".formatted(this.prestate.hash(), prestate));
    }
    this.pc = this.prestate.pc();
    this.exit = this.prestate.exit();
    this.memRoot = this.prestate.memRoot();
    this.registers = this.prestate.registers();
  }

  /// Checks that the witness is used up.
  ///
  /// @return the poststate
  public MachineState end() {
    witness.end();
    return new MachineState(memRoot, pc, exit, registers);
  }

  @Override
  public Bytes32 codeLeaf(long index) {
    return open("code", program.codeDepth(), index, program.codeRoot()).leaf();
  }

  @Override
  public Bytes32 memoryLeaf(long index) {
    opened = open("memory", program.memDepth(), index, memRoot);
    return opened.leaf();
  }

  @Override
  public void memoryLeaf(long index, Bytes32 leaf) {
    memRoot =
        Objects.requireNonNull(opened, "a leaf is read before it is replaced").proof().root(leaf);
  }

  private Opening open(String tree, int depth, long index, Bytes32 root) {
    Opening opening = Opening.read(witness, depth, index);
    if (!opening.root().equals(root)) {
      throw witness.malformed(
          "the proof of %s leaf %d leads to %s, not to the root %s"
              .formatted(tree, index, opening.root(), root));
    }
    return opening;
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
    return program.memDepth();
  }
}
