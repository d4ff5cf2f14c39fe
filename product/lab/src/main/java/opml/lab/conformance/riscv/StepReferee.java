package opml.lab.conformance.riscv;

import opml.core.hash.Bytes32;
import opml.vm.state.ProgramDescriptor;

/// Somebody who knows a step's poststate from its witness alone.
@FunctionalInterface
public interface StepReferee {
  /// {@return the poststate's commitment}
  Bytes32 next(Bytes32 prestate, ProgramDescriptor program, byte[] witness);
}
