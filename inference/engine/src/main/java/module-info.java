import org.jspecify.annotations.NullMarked;

/// Tensors, graphs, executor, commitments, states of a graph trace.
@NullMarked
module opml.engine {
  requires static transitive org.jspecify;
  requires transitive opml.kernels;

  exports opml.engine.commit;
  exports opml.engine.graph;
  exports opml.engine.run;
  exports opml.engine.tensor;
  exports opml.engine.trace;
}
