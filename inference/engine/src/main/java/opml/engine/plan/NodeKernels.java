package opml.engine.plan;

import opml.engine.run.PreparedKernel;
import org.jspecify.annotations.Nullable;

/// The kernels of a graph's nodes, at one time. Never changed: where a node gets another kernel, these are others.
final class NodeKernels {
  private final PreparedKernel[] kernels;
  private final @Nullable Fused[] fused;
  private final long scratchBytes;

  /// @param kernels by the numbers of their nodes, not changed from now on
  /// @param fused likewise, those that do the work of further nodes
  NodeKernels(PreparedKernel[] kernels, @Nullable Fused[] fused) {
    this.kernels = kernels;
    this.fused = fused;
    long most = 0;
    for (int i = 0; i < kernels.length; i++) {
      most = Math.max(most, kernels[i].scratchBytes());
      most = Math.max(most, fusing(i).scratchBytes());
    }
    this.scratchBytes = Layout.aligned(most);
  }

  PreparedKernel of(int node) {
    return kernels[node];
  }

  /// {@return the kernel of a node that does the work of further nodes, if there is one}
  @Nullable Fused fused(int node) {
    return fused[node];
  }

  /// {@return the same, or the node's own kernel}
  PreparedKernel fusing(int node) {
    Fused found = fused[node];
    return found == null ? kernels[node] : found.kernel();
  }

  /// {@return the bytes that the kernel of any node borrows}
  long scratchBytes() {
    return scratchBytes;
  }

  /// @param more the kernel that does the work of further nodes besides, if there is one
  NodeKernels with(int node, PreparedKernel kernel, @Nullable Fused more) {
    PreparedKernel[] changed = kernels.clone();
    changed[node] = kernel;
    @Nullable Fused[] others = fused.clone();
    others[node] = more;
    return new NodeKernels(changed, others);
  }
}
