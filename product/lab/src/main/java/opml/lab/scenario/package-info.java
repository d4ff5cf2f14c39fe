/// The protocol's attacks, played for real: a chain, the contracts, agents with keys, and liars among them.
///
/// A liar is an ordinary agent with a work that lies: it runs the same code, believes its own trace, and fights for it.
/// So a [opml.lab.scenario.Lie] only says where a run goes wrong; everything behind it is consistent with it. A
/// [opml.lab.scenario.Stage] holds a chain and the parties, a [opml.lab.scenario.Scenario] says who plays and how it
/// must end, and [opml.lab.scenario.Report] is what is left of it.
package opml.lab.scenario;
