/// Simulated time: one strand acts at a time, and time jumps from one act to the next.
@NullMarked
package opml.sim.time;

import org.jspecify.annotations.NullMarked;
