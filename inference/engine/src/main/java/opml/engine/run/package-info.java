/// What an executor and the code that it runs agree on.
///
/// A [opml.engine.run.KernelProvider] prepares native code for a node, and a [opml.engine.run.PreparedKernel] runs it,
/// in parts if it likes. A [opml.engine.run.NodeRunner] runs a whole node elsewhere and says what came of it: above all
/// the machine, whose result is the result wherever Java throws. The engine does not know the machine; it is handed in.
/// An [opml.engine.run.Observer] sees what came of each step.
package opml.engine.run;
