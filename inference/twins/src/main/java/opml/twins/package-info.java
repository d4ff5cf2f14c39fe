/// Kernels at the speed of the processor. A twin computes what its reference computes, in the same order and bit for
/// bit; the reference stays the rule, and is what the machine runs.
package opml.twins;
