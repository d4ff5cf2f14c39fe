/// What a machine is made of, and how it is committed to: [opml.vm.state.Program] (immutable code in a tree of its
/// own), [opml.vm.state.Memory] (bytes, tree, snapshots; starts as a [opml.vm.state.MemoryImage]), and
/// [opml.vm.state.MachineState], the 296 bytes whose hash the game compares.
package opml.vm.state;
