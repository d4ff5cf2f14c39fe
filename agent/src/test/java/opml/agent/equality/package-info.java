/// The step in Java and the step on chain, compared. [opml.agent.equality.StepMaker] makes a machine around any word,
/// with openings of every shape; [opml.agent.equality.Words] picks the words and [opml.agent.equality.Operands] what
/// they work on; [opml.agent.equality.StepContract] asks the contract, hundreds of steps a call.
package opml.agent.equality;
