/// How many instructions a kernel's program executes at most, as a formula over the kernel's scalars: derived by the
/// compiler, pinned with the program, evaluated by whoever needs a node's step limit.
package opml.kernels.bound;
