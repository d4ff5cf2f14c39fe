/// Server and verifier, and two roles that stake nothing: [opml.agent.Caretaker] settles, [opml.agent.Monitor] only
/// looks. Each is a `look()`: read a picture of the hub, decide with the solver, hand over what was
/// decided to the account's traffic, and wait for nothing. What is on its way is in an outbox, by
/// [opml.agent.OutboxLog], before it leaves; everything else that matters the chain holds. So an agent may be killed at
/// any moment and started again, and without its outbox it only loses time. [opml.agent.Loop] looks until it is told to
/// stop. The roles of one account share an [opml.agent.Lookout], and an [opml.agent.WorkDesk] where all that takes long
/// is computed; what a look decides without is decided at a later one.
package opml.agent;
