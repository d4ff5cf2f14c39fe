/// Measures the machine, each figure beside its peer in one run: [opml.app.bench.vm.Guest] is a C program that our
/// machine and qemu both run, [opml.app.bench.vm.Speed] takes turns between them, [opml.app.bench.vm.Agreement] stops
/// the compiled and the interpreted machine at random places, [opml.app.bench.vm.WarmUp] asks a fresh JVM,
/// [opml.app.bench.vm.MerkleSpeed] hashes with and without vectors, [opml.app.bench.vm.Moves] plays a dispute over a
/// long trace. [opml.app.bench.vm.VmBench] calls them all.
package opml.app.bench.vm;
