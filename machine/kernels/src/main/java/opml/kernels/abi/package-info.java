/// What a node's memory looks like to its program (`spec/graph.md`): [opml.kernels.abi.Geometry] has the operands'
/// places, [opml.kernels.abi.FixedSegment] what lies at address 0. The compiler puts these addresses into programs, the
/// engine commits to memories laid out so, and the machine is started with them.
package opml.kernels.abi;
