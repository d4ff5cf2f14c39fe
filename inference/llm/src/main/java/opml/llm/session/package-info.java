/// Reading and writing texts at the processor's speed.
///
/// A [opml.llm.session.TextEngine] has a model's weights in memory; a [opml.llm.session.Session] has one text. It runs
/// the nodes that an architecture consists of ([opml.llm.forward.SessionGraph]), over threads, and remembers keys and
/// values.
///
/// Many texts go through a model at once in a [opml.llm.session.TextBatch], each with a
/// [opml.llm.session.Continuation] that says what it takes in a step. A [opml.llm.session.Drafter] guesses what comes
/// next; what is said hangs neither on other texts nor on guesses.
///
/// Which tokens a grammar lets follow is found by [opml.llm.session.GrammarMasks], along a tree of the vocabulary.
package opml.llm.session;
