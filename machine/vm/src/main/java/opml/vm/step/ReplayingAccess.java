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
public final class ReplayingAccess extends HeldState {
  private final ProgramDescriptor program;
  private final ByteReader witness;
  private Bytes32 memRoot;
  private @Nullable Opening opened;

  /// @throws opml.core.codec.MalformedException if the witness does not begin with the prestate
  public ReplayingAccess(Bytes32 prestate, ProgramDescriptor program, byte[] witness) {
    ByteReader reader = new ByteReader("step witness", witness);
    MachineState state = MachineState.read(reader);
    if (!state.hash().equals(prestate)) {
      throw reader.malformed("the state's hash is %s, not %s".formatted(state.hash(), prestate));
    }
    super(state.pc(), state.exit(), state.registers());
    this.program = program;
    this.witness = reader;
    this.memRoot = state.memRoot();
  }

  /// Checks that the witness is used up.
  ///
  /// @return the poststate
  public MachineState end() {
    witness.end();
    return state(memRoot);
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
  public int codeDepth() {
    return program.codeDepth();
  }

  @Override
  public int memDepth() {
    return program.memDepth();
  }
}
