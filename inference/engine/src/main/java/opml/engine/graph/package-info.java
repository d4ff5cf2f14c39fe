/// The graph: what a model is once it is imported, independent of the file format it came from.
///
/// A [opml.engine.graph.Graph] has *slots*, each a tensor in memory, and *nodes*, each one call of a kernel
/// on slots. Views of a tensor in another shape are the same slot. The order of slots and nodes is part of
/// the model's identity (`spec/graph.md`), so the builder numbers them in the order in which it is told of
/// them and importers keep to the canonical one. At its end [opml.engine.graph.Clearing] may empty what nobody needs
/// any more.
///
/// What the outside gives and takes are two of the slots. A [opml.engine.graph.Port] says which tensors lie there, by
/// name; nodes of the graph take several apart and put them together.
package opml.engine.graph;
