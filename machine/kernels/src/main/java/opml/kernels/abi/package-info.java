/// How a kernel's program finds its arguments: the memory of a node, as `spec/graph.md` lays it out.
/// [opml.kernels.abi.Geometry] places the regions, [opml.kernels.abi.FixedSegment] is what lies at address 0.
package opml.kernels.abi;
