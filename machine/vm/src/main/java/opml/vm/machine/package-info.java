/// Machines that run. [opml.vm.machine.Machine] is the seam, [opml.vm.machine.Interpreter] the machine behind it, and a
/// [opml.vm.machine.MachineSnapshot] a point to come back to; [opml.vm.checkpoint.Checkpoints] does that at length.
package opml.vm.machine;
