/// The node in a process of its own, on a real chain: how it keeps up, what it asks for, and what a kill costs.
/// [opml.lab.bench.node.NodeRow] has a row for each figure.
@NullMarked
package opml.lab.bench.node;

import org.jspecify.annotations.NullMarked;
