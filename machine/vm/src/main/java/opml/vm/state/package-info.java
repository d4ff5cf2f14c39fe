/// What a machine is made of, and how it is committed to: [opml.vm.state.Program] (immutable code in a tree of its
/// own), [opml.vm.state.Memory] (bytes, tree, snapshots; starts as a [opml.vm.state.MemoryImage]), and
/// [opml.vm.state.MachineState], the 296 bytes whose hash the game compares. A [opml.vm.state.MemoryPool]
/// lends memories
/// again; a [opml.vm.state.PageMap] is what one held at some time, of [opml.vm.state.SavedPage]s that points share.
package opml.vm.state;
