package opml.lab.conformance.step;

import opml.core.hash.Bytes32;
import opml.vm.state.ProgramDescriptor;
import opml.vm.step.StepProof;

/// Somebody who knows a step's poststate from its witness alone.
@FunctionalInterface
public interface StepReferee {
  /// {@return the replaying `Step`}
  static StepReferee replaying() {
    return (prestate, program, witness) -> StepProof.verify(prestate, program, witness).hash();
  }

  /// {@return the poststate's commitment}
  Bytes32 next(Bytes32 prestate, ProgramDescriptor program, byte[] witness);
}
