package opml.engine.plan;

import opml.engine.graph.Graph;
import opml.engine.run.KernelProvider;
import org.jspecify.annotations.Nullable;

/// A [Plan] that is made when it is first asked for: that reads all weights, which whoever only commits to a graph, or
/// only asks what it is, does not need.
final class LazyPlan {
  private final Graph graph;
  private final KernelProvider kernels;
  private volatile @Nullable Plan plan;

  LazyPlan(Graph graph, KernelProvider kernels) {
    this.graph = graph;
    this.kernels = kernels;
  }

  Graph graph() {
    return graph;
  }

  Plan get() {
    Plan made = plan;
    return made == null ? make() : made;
  }

  private synchronized Plan make() {
    Plan made = plan;
    if (made == null) {
      made = new Plan(graph, kernels);
      plan = made;
    }
    return made;
  }
}
