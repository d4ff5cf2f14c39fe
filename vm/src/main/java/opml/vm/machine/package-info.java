/// Machines that run. [opml.vm.machine.Machine] is the seam, [opml.vm.machine.Interpreter] the machine behind it, and
/// [opml.vm.machine.Checkpoints] gives random access to a machine's trace by [opml.vm.machine.Snapshot]s.
package opml.vm.machine;
