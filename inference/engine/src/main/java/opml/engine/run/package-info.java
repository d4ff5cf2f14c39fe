/// Running a graph, natively and on all cores.
///
/// A [opml.engine.run.GraphRunner] decides what runs when and what it is given, on the threads that are its
/// [opml.engine.run.Workers], and tells an [opml.engine.run.Observer], who may commit to it; a
/// [opml.engine.run.NodeRunner] runs one node. The usual one is [opml.engine.run.NativeNodes]: the kernel as
/// Java, and where that throws, the machine, whose result is the result. The engine does not know the
/// machine; it is handed in as another [opml.engine.run.NodeRunner].
///
/// Bits do not depend on the number of threads: a node's result is a function of its operands alone, each
/// result has memory of its own, and results take effect in the order of the nodes.
package opml.engine.run;
