/// What a language model computes, as nodes of a graph.
///
/// [opml.llm.forward.LlamaPass] and its like say what an architecture does, in the words of
/// [opml.llm.forward.TileNodes], each of which is a node or a few. [opml.llm.forward.CheckGraph] is the graph that the
/// chain knows: it checks an answer, all of its tokens at once. [opml.llm.forward.SessionGraph] is the one by which an
/// answer is written.
package opml.llm.forward;
