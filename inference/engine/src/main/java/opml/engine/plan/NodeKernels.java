package opml.engine.plan;

import opml.engine.run.PreparedKernel;

/// The kernels of a graph's nodes, at one time. Never changed: where a node gets another kernel, these are others.
final class NodeKernels {
  private final PreparedKernel[] kernels;
  private final long scratchBytes;

  /// @param kernels by the numbers of their nodes, not changed from now on
  NodeKernels(PreparedKernel[] kernels) {
    this.kernels = kernels;
    long most = 0;
    for (PreparedKernel kernel : kernels) {
      most = Math.max(most, kernel.scratchBytes());
    }
    this.scratchBytes = Layout.aligned(most);
  }

  PreparedKernel of(int node) {
    return kernels[node];
  }

  /// {@return the bytes that the kernel of any node borrows}
  long scratchBytes() {
    return scratchBytes;
  }

  NodeKernels with(int node, PreparedKernel kernel) {
    PreparedKernel[] changed = kernels.clone();
    changed[node] = kernel;
    return new NodeKernels(changed);
  }
}
