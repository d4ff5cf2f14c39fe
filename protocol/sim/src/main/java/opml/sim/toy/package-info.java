/// What is disputed in a simulation: small synthetic runs, true ones and lies.
@NullMarked
package opml.sim.toy;

import org.jspecify.annotations.NullMarked;
