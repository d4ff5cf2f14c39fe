/// The level-0 trace: one state for each executed node (`spec/protocol.md` §1.6).
///
/// [opml.engine.trace.GraphExecution] runs a model on an input and can show every state, its slots and their proofs. It
/// keeps its end, and a few states from which the run can be taken up again, which share the pages that are the same in
/// them; a [opml.engine.trace.Sweep] goes over all states of a question at once and hashes what has changed between two
/// of them. [opml.engine.trace.StateUpdate] is the
/// rule by which a node's outputs change a state, which the contract follows too.
package opml.engine.trace;
