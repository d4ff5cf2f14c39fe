/// How a node fares, for those who watch it: [opml.node.watch.Watched] gathers what its roles, its account and its
/// chain give, [opml.node.watch.NodeMetrics] shows that to Prometheus, and [opml.node.watch.WatchServer] serves both
/// health and metrics over HTTP.
@NullMarked
package opml.node.watch;

import org.jspecify.annotations.NullMarked;
