/// Kernels at the speed of the processor. A twin computes what its reference computes, in the same order and bit for
/// bit; the reference stays the rule, and is what the machine runs.
///
/// [opml.twins.Twins] chooses, and tries each twin before its first use ([opml.twins.Trial]); the twins are in
/// [opml.twins.vector], and what both know of a call is in [opml.twins.call].
package opml.twins;
