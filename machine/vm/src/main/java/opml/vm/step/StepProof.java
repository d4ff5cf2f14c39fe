package opml.vm.step;

import java.util.List;
import opml.core.codec.ByteWriter;
import opml.core.hash.Bytes32;
import opml.vm.state.MachineState;
import opml.vm.state.ProgramDescriptor;

/// The witness of one step: the prestate and the leaves that the step touches, in the order it touches them: the code
/// leaf, unless the machine has halted or its pc lies outside the program; then, for loads and stores, the memory leaf.
///
/// Encoded it is `state 296 ‖ openings`, and the contract reads just that (`spec/machine.md` §5).
public record StepProof(MachineState prestate, List<Opening> openings) {
  public StepProof {
    openings = List.copyOf(openings);
    if (openings.size() > 2) {
      throw new IllegalArgumentException("a step opens at most two leaves, not " + openings.size());
    }
  }

  /// {@return the bytes that the contract takes}
  public byte[] encode() {
    ByteWriter out = new ByteWriter().bytes(prestate.encode());
    for (Opening opening : openings) {
      opening.writeTo(out);
    }
    return out.toArray();
  }

  /// Checks an encoded witness against a prestate's commitment and executes the step, knowing nothing but the program's
  /// descriptor.
  ///
  /// @return the poststate
  /// @throws opml.core.codec.MalformedException if the witness does not open the prestate, is short or long, or if a
  ///     proof does not lead to its root
  public static MachineState verify(Bytes32 prestate, ProgramDescriptor program, byte[] witness) {
    ReplayingAccess access = new ReplayingAccess(prestate, program, witness);
    Step.step(access);
    return access.end();
  }
}
