/// Reading and writing texts at the processor's speed.
///
/// A [opml.llm.session.TextEngine] has a model's weights in memory; a [opml.llm.session.Session] has one text. It runs
/// the nodes that an architecture consists of ([opml.llm.forward.SessionGraph]), over threads, and remembers keys and
/// values.
package opml.llm.session;
