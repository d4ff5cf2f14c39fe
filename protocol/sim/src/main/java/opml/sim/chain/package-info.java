/// A chain in memory, on the referee: blocks, a pool, reorganisations, and nodes that speak for it, well or badly.
@NullMarked
package opml.sim.chain;

import org.jspecify.annotations.NullMarked;
