/// The operators' kernels, in kernel Java: obvious scalar loops that define the result bit for bit. `spec/numerics.md`
/// has the order of every float operation; anything faster is a twin that must give the same bits.
///
/// Conventions. Tensors are row-major. Strides and counts are in elements, offsets inside a kernel in bytes, and every
/// tensor is shorter than 2^31 bytes, so that offsets are ints. Counts are at least 0, and divisors, which the graph's
/// validation admits, at least 1. Every float store writes the canonical NaN ([opml.kernels.memory.Mem]).
package opml.kernels.operators;
