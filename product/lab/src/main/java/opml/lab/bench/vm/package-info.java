/// Measures the machine, each figure beside its peer in one run: [opml.lab.bench.vm.BenchGuest] is a C program that our
/// machine and qemu both run, [opml.lab.bench.vm.Speed] takes turns between them, [opml.lab.bench.vm.Agreement] stops
/// the compiled and the interpreted machine at random places, [opml.lab.bench.vm.WarmUp] asks a fresh JVM,
/// [opml.lab.bench.vm.MerkleSpeed] hashes with and without vectors, [opml.lab.bench.vm.Moves] plays a dispute over a
/// long trace. [opml.lab.bench.vm.VmBench] calls them all.
package opml.lab.bench.vm;
