/// The same inference in one phase, all of it in the machine, and in two, natively with the game over the graph above
/// the machine's: [opml.lab.bench.phases.PhasesBench] measures both, [opml.lab.bench.phases.LayerModels] makes them.
@NullMarked
package opml.lab.bench.phases;

import org.jspecify.annotations.NullMarked;
