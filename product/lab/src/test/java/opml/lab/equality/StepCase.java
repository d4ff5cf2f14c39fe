package opml.lab.equality;

import opml.core.hash.Bytes32;
import opml.vm.state.ProgramDescriptor;

/// One step with its witness, and what Java says comes after it.
@SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
record StepCase(
    String name, ProgramDescriptor program, Bytes32 prestate, byte[] witness, Bytes32 poststate) {
  StepCase withWitness(String change, byte[] other) {
    return new StepCase(name + ", " + change, program, prestate, other, poststate);
  }
}
