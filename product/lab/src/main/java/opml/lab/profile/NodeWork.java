package opml.lab.profile;

import java.util.List;
import java.util.Optional;
import opml.engine.graph.Graph;
import opml.engine.graph.GraphNode;
import opml.engine.graph.Operand;
import opml.kernels.catalog.Scalar;
import opml.twins.tile.Peak;

/// What a node has to do at least, whoever runs it.
///
/// @param bytes of its operands, each read or written once; one that is changed in place counts twice
/// @param products multiplications with an addition; 0 where the kernel is no matrix product and no convolution
/// @param ofBytes whether these are of bytes, of which a processor does more at a time
public record NodeWork(long bytes, long products, boolean ofBytes) {
  /// What bounds a node that runs as fast as the processor.
  public enum Bound {
    PRODUCTS("fma"),
    MEMORY("memory");

    private final String label;

    Bound(String label) {
      this.label = label;
    }

    /// {@return as tables show it}
    public String label() {
      return label;
    }
  }

  /// {@return what a node of a graph has to do}
  static NodeWork of(Graph graph, GraphNode node) {
    long bytes = 0;
    for (Operand operand : node.operands()) {
      bytes +=
          switch (operand) {
            case Operand.Read(int slot) -> bytes(graph, slot);
            case Operand.Write(int slot) -> bytes(graph, slot);
            case Operand.Update(int slot) -> 2 * bytes(graph, slot);
            case Operand.Absent _ -> 0;
          };
    }
    String kernel = node.kernel().name();
    boolean ofBytes = kernel.startsWith("qlinear") || kernel.contains("integer");
    return new NodeWork(bytes, products(graph, node), ofBytes);
  }

  private static long bytes(Graph graph, int slot) {
    return graph.slots().get(slot).bytes();
  }

  private static long products(Graph graph, GraphNode node) {
    Optional<Long> depth = scalar(node, "k");
    boolean matrices = depth.isPresent() && scalar(node, "n").isPresent();
    if (matrices && scalar(node, "m").isPresent()) {
      return written(graph, node) * depth.get();
    }
    Optional<Long> out = scalar(node, "outChannels");
    Optional<Long> in = scalar(node, "inChannels");
    long weights = read(graph, node, "w");
    if (out.isEmpty() || in.isEmpty() || weights == 0) {
      return 0;
    }
    // Each weight of an input channel meets every element of it, if the other way round.
    return node.kernel().name().startsWith("convtranspose")
        ? read(graph, node, "x") * (weights / in.get())
        : written(graph, node) * (weights / out.get());
  }

  private static Optional<Long> scalar(GraphNode node, String name) {
    List<Scalar> scalars = node.kernel().scalars();
    for (int i = 0; i < scalars.size(); i++) {
      if (scalars.get(i).name().equals(name)) {
        return Optional.of(node.scalars().get(i)).filter(value -> value > 0);
      }
    }
    return Optional.empty();
  }

  private static long written(Graph graph, GraphNode node) {
    return node.outputs().length == 0 ? 0 : elements(graph, node.outputs()[0]);
  }

  /// {@return elements of the operand that has this name}
  private static long read(Graph graph, GraphNode node, String name) {
    int argument = node.kernel().segments().indexOf(name);
    return argument >= 0 && node.operands().get(argument) instanceof Operand.Read(int slot)
        ? elements(graph, slot)
        : 0;
  }

  private static long elements(Graph graph, int slot) {
    return graph.slots().get(slot).shape().count();
  }

  /// {@return what bounds it on a processor}
  Bound bound(Peak peak) {
    return productSeconds(peak) > bytes / peak.readBytes() ? Bound.PRODUCTS : Bound.MEMORY;
  }

  /// {@return what one core would take that does nothing but what bounds it}
  double leastSeconds(Peak peak) {
    return Math.max(productSeconds(peak), bytes / peak.readBytes());
  }

  private double productSeconds(Peak peak) {
    return products / (ofBytes ? peak.int8Mac() : peak.floatFma());
  }
}
