import org.jspecify.annotations.NullMarked;

/// Tensors, graphs, importers, executor, states of a graph trace.
@NullMarked
module opml.engine {
  requires static transitive org.jspecify;
  requires transitive opml.core;
  requires transitive opml.kernels;
  requires com.google.protobuf;

  exports opml.engine.commit;
  exports opml.engine.graph;
  exports opml.engine.imports;
  exports opml.engine.onnx;
  exports opml.engine.run;
  exports opml.engine.tensor;
  exports opml.engine.trace;
}
