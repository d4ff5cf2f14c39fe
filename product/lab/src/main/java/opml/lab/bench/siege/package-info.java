/// The system under siege: attacks that broke it once, each on a real chain with real agents, whose nodes stand behind
/// a [opml.lab.bench.siege.ChaosProxy] where the attack is on what a node says. [opml.lab.bench.siege.SiegeBench] puts
/// it together, a row an attack.
@NullMarked
package opml.lab.bench.siege;

import org.jspecify.annotations.NullMarked;
