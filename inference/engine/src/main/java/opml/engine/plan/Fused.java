package opml.engine.plan;

import opml.engine.run.PreparedKernel;

/// A kernel that does the work of several nodes.
///
/// @param kernel whose operands are those of the first node, but for the result, which is the last one's
/// @param last the last of the nodes
record Fused(PreparedKernel kernel, int last) {}
