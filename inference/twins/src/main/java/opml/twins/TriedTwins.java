package opml.twins;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import opml.engine.run.Constant;
import opml.engine.run.KernelProvider;
import opml.engine.run.PreparedKernel;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.twins.call.Twin;
import org.jspecify.annotations.Nullable;

/// Twins, each tried before its first use.
final class TriedTwins implements KernelProvider {
  /// Twins that need an fma of the processor, besides those of products with a model's weights: without, the Vector
  /// API's is emulated and very slow.
  private static final Set<String> FUSED =
      Set.of(
          "gemm.f32",
          "matmul.f32",
          "conv2d.f32",
          "softmax.f32",
          "matmul.integer",
          "matmul.integer.scaled",
          "normalize.f32",
          "exp.f32",
          "erf.f32",
          "tanh.f32",
          "sigmoid.f32",
          "gelu.f32",
          "gelu.tanh.f32",
          "qlinear.matmul",
          "qlinear.conv2d",
          "norm.rms",
          "rotate",
          "gate.silu",
          "attention");

  private final Map<String, Twin> twins;
  private final boolean hasFma;
  private final KernelProvider others;
  private final Map<String, Optional<Twin>> tried = new ConcurrentHashMap<>();

  /// @param hasFma whether twins may have an fma
  /// @param others what a kernel is whose twin does not take the call
  TriedTwins(Map<String, Twin> twins, boolean hasFma, KernelProvider others) {
    this.twins = Map.copyOf(twins);
    this.hasFma = hasFma;
    this.others = others;
  }

  @Override
  public PreparedKernel prepare(Kernel kernel, long[] scalars, List<Optional<Constant>> constants) {
    Optional<PreparedKernel> prepared =
        twins.containsKey(kernel.name()) && KernelCatalog.byName(kernel.name()) == kernel
            ? tried
                .computeIfAbsent(kernel.name(), _ -> attempt(kernel))
                .flatMap(twin -> prepare(kernel, twin, scalars, constants))
            : Optional.empty();
    return prepared.orElseGet(() -> others.prepare(kernel, scalars, constants));
  }

  private static Optional<PreparedKernel> prepare(
      Kernel kernel, Twin twin, long[] scalars, List<Optional<Constant>> constants) {
    try {
      return twin.prepare(scalars, constants);
    } catch (IndexOutOfBoundsException | ArithmeticException | IllegalArgumentException e) {
      // A constant is no operand of such a call. What that means is told when the node runs.
      Twins.LOG.log(Level.DEBUG, "{0}: not its twin: {1}", kernel, e);
      return Optional.empty();
    }
  }

  private Optional<Twin> attempt(Kernel kernel) {
    @Nullable Twin twin = twins.get(kernel.name());
    if (twin == null) {
      return Optional.empty();
    }
    boolean fused = FUSED.contains(kernel.name()) || kernel.name().startsWith("linear.");
    if (!hasFma && fused) {
      Twins.LOG.log(Level.DEBUG, "{0}: the reference, since there is no fma", kernel);
      return Optional.empty();
    }
    return switch (Trial.of(kernel, twin)) {
      case Trial.Verdict.Equal _ -> {
        Twins.LOG.log(Level.DEBUG, "{0}: its twin", kernel);
        yield Optional.of(twin);
      }
      case Trial.Verdict.Refused refused -> {
        Level level = refused.differs() ? Level.WARNING : Level.DEBUG;
        Twins.LOG.log(level, "{0}: the reference, not its twin: {1}", kernel, refused.reason());
        yield Optional.empty();
      }
    };
  }
}
