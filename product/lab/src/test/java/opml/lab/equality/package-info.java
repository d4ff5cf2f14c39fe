/// The step in Java and the step on chain, compared. [opml.lab.equality.StepMaker] makes a machine around any word,
/// with openings of every shape; [opml.lab.equality.RandomWords] picks the words and
/// [opml.lab.equality.StepOperands] what they work on; [opml.lab.equality.StepContract] asks the contract, hundreds of
/// steps a call.
package opml.lab.equality;
