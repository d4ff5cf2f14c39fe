/// A node: the roles of one account in one process, which may have several nodes ([opml.node.NodeKeeper]).
///
/// [opml.node.config] reads the file that says what it is. [opml.node.NodeChain] opens its chain behind one vote of its
/// nodes, [opml.node.RoleThreads] runs each role in a thread of its own, [opml.node.watch] tells how it fares.
@NullMarked
package opml.node;

import org.jspecify.annotations.NullMarked;
