package opml.lab.conformance.step;

import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.vm.machine.Machine;
import opml.vm.state.ProgramDescriptor;

/// One step of a run: the states before and after it as the machine has them, and what proves it.
///
/// @param place how many steps were before
@SuppressWarnings("ArrayRecordComponent") // handed to referees, which only read
public record StepSample(
    long place, Bytes32 prestate, ProgramDescriptor program, byte[] witness, Bytes32 poststate) {
  /// Runs a machine over a step and keeps what proves it.
  ///
  /// @param machine not beyond the step
  /// @param place of the step; one that has halted stays where it is
  public static StepSample take(Machine machine, long place) {
    machine.runTo(place);
    Bytes32 prestate = machine.commitment();
    byte[] witness = machine.prove().encode();
    machine.runTo(place + 1);
    return new StepSample(
        place, prestate, machine.program().descriptor(), witness, machine.commitment());
  }

  /// {@return what a referee says otherwise, if he does}
  ///
  /// @param who he is
  public Optional<String> difference(String who, StepReferee referee) {
    Bytes32 got = referee.next(prestate, program, witness);
    return got.equals(poststate)
        ? Optional.empty()
        : Optional.of(
            "%s, step %d: from %s to %s, expected is %s"
                .formatted(who, place, prestate, got, poststate));
  }
}
