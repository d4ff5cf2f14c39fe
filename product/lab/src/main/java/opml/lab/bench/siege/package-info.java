/// The system under siege: attacks that broke it once, each on a real chain with real agents, whose nodes stand behind
/// a [opml.lab.bench.ground.ChaosProxy] where the attack is on what a node says. [opml.lab.bench.siege.SiegeRow] has a
/// row for each attack.
@NullMarked
package opml.lab.bench.siege;

import org.jspecify.annotations.NullMarked;
