/// Deciding what to do, and nothing else: every answer here is a function of what is handed in, so an agent that
/// crashed decides the same again after rereading the chain.
///
///   - [opml.game.solver.ClaimJudge]: is this claim right, and what does that call for?
///   - [opml.game.solver.Solver]: what is the next move in this game?
///   - [opml.game.solver.Paths]: under which step was this level opened?
///   - [opml.game.solver.Settler]: what can be settled, taken back or paid out?
package opml.game.solver;
