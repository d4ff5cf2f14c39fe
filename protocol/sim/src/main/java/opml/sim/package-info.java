/// Whole games by the million: unchanged agents on a simulated chain, in simulated time.
///
///   - [opml.sim.Script]: what is to happen, drawn from a seed: models, requests, who is there, what goes wrong;
///   - [opml.sim.Match]: one game, a world of its own;
///   - [opml.sim.Audit]: what must hold, looked at block by block;
///   - [opml.sim.Simulation]: many games on all cores; one that fails is shrunk;
///   - [opml.sim.Canary]: known bugs that have to be found.
///
/// The same seed gives the same history in every JVM: nothing is decided by a clock, a thread or the order of hashes.
@NullMarked
package opml.sim;

import org.jspecify.annotations.NullMarked;
