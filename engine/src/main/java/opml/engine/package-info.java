/// Tensors, graphs, importers, executor, states of a graph trace.
package opml.engine;
