/// The level-0 trace: one state for each executed node (`spec/protocol.md` §1.6).
///
/// [opml.engine.trace.GraphExecution] runs a model on an input and can show every state, its slots and their
/// proofs; [opml.engine.trace.StateUpdate] is the rule by which a node's outputs change a state, which the
/// contract follows too.
package opml.engine.trace;
