package opml.vm.checkpoint;

import opml.vm.machine.MachineSnapshot;
import opml.vm.state.MachineState;
import opml.vm.state.PageMap;

/// A point of a run.
///
/// @param state with the root of the memory, which a restored memory must have
record Checkpoint(MachineState state, MachineSnapshot snapshot) {
  long steps() {
    return snapshot.steps();
  }

  PageMap pages() {
    return snapshot.pages().map();
  }
}
