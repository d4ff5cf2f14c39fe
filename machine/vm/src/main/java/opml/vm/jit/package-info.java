/// Hot code as JVM bytecode. [opml.vm.jit.Machines] gives the fastest machine there is; [opml.vm.jit.JitMachine] is an
/// interpreter that runs hot parts of the program as regions.
///
/// A region begins at a word that the interpreter came to often. [opml.vm.jit.RegionSelector] follows the hottest
/// successors, into callees and back, until one method is full: HotSpot compiles none above 8000 bytes. Calls are told
/// apart by where they return to, and a return is compared with that, so that nothing rests on a calling convention. A
/// region has one entry; what was left out is an exit, a pc with which the machine goes on.
///
/// [opml.vm.jit.RegionWriter] writes the method, [opml.vm.jit.Emitter] its instructions. Guest registers are local
/// variables, loaded at the entry and stored at the exits. The memory's array is a constant of the class and addresses
/// are masked by constants, so that HotSpot drops all range checks; hence code belongs to one memory, and lives with it
/// ([opml.vm.jit.CodeCache]). [opml.vm.jit.Invariants] guesses addresses of tables, [opml.vm.jit.Facts] saves what
/// changes nothing.
///
/// Steps are counted where [opml.vm.jit.Potentials] puts them, and the budget is asked for at loop heads only
/// ([opml.vm.jit.BudgetChecks]). A simple loop counts once a round, by a constant: HotSpot takes the counter for that
/// of a counted loop, and unrolls it.
///
/// None of this decides what a program computes. Where a translation fails, the interpreter does the work, and the log
/// says so. If HotSpot's own code cache is full, it says so itself and compiles nothing more for a while; regions then
/// run as bytecode, which is slow but no slower than an interpreter that is not compiled either.
///
/// The way from a process's first line to its first region is kept short: HotSpot links lambdas, hash codes of records,
/// dynamic constants and switches over types at their first use, milliseconds each, so this package has few of them.
package opml.vm.jit;
