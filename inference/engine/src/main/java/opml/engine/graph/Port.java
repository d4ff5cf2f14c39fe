package opml.engine.graph;

import opml.engine.tensor.Shape;

/// The input or the output of a graph: a slot, and the shape in which the outside sees it.
public record Port(String name, int slot, Shape shape) {}
