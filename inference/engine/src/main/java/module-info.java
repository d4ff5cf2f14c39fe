import org.jspecify.annotations.NullMarked;

/// Tensors, graphs, executor, commitments, states of a graph trace.
@NullMarked
module opml.engine {
  requires static transitive org.jspecify;
  requires transitive opml.kernels;
  requires jdk.management; // how much memory the machine has

  exports opml.engine.commit;
  exports opml.engine.graph;
  exports opml.engine.plan;
  exports opml.engine.run;
  exports opml.engine.tensor;
  exports opml.engine.trace;
}
