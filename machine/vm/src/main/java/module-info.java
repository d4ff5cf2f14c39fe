import org.jspecify.annotations.NullMarked;

/// The RV64IM fraud-proof machine: decoding, state and its commitment, the one normative step, and machines that run
/// fast.
@NullMarked
module opml.vm {
  requires static transitive org.jspecify;
  requires transitive opml.core;

  exports opml.vm.checkpoint;
  exports opml.vm.elf;
  exports opml.vm.isa;
  exports opml.vm.jit;
  exports opml.vm.machine;
  exports opml.vm.state;
  exports opml.vm.step;
}
