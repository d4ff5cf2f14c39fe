package opml.formats.onnx.fusion;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.engine.tensor.ElementType;
import opml.formats.onnx.fusion.CallList.Step;
import opml.formats.onnx.fusion.PairStep.Operands;
import opml.formats.onnx.node.GraphImport.Call;
import opml.formats.onnx.node.GraphImport.Source;
import opml.formats.onnx.node.Value;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.ScalarValues;

/// `matmul.f32` of rows and one matrix, to each of which one row is added, is `gemm.f32`, with the same bits.
final class BiasRule implements FusionRule {
  @Override
  public Optional<Fused> endingWith(Step last) {
    return PairStep.of(last, "add.f32")
        .flatMap(PairStep::withRow)
        .flatMap(
            sum ->
                last.calls()
                    .writer(sum.whole(), "matmul.f32")
                    .flatMap(product -> fused(last, sum, product)));
  }

  private static Optional<Fused> fused(Step last, Operands sum, Step product) {
    int batch = product.scalar("batch");
    int m = product.scalar("m");
    int n = product.scalar("n");
    int[] a = product.ints("a"); // batch, row, column
    int[] b = product.ints("b");
    boolean isOneMatrix = batch == 1 || b[0] == 0 && a[0] == m * (long) a[1];
    Optional<Value.Place> left = product.read(0);
    Optional<Value.Place> right = product.read(1);
    if (!isOneMatrix
        || left.isEmpty()
        || right.isEmpty()
        || sum.other().bytes() != (long) ElementType.F32.bytes() * n) {
      return Optional.empty();
    }
    Kernel kernel = KernelCatalog.byName("gemm.f32");
    Call call =
        new Call(
            last.call().name(),
            "Gemm",
            kernel,
            List.of(
                new Source.Read(left.get()),
                new Source.Read(right.get()),
                new Source.Read(sum.other()),
                new Source.Write(last.written())),
            new ScalarValues(kernel)
                .ints("m n k", batch * m, n, product.scalar("k"))
                .ints("a.row a.column", a[1], a[2])
                .ints("b.row b.column", b[1], b[2])
                .ints("c.row c.column", 0, 1)
                .real("alpha", 1)
                .real("beta", 1));
    return Optional.of(new Fused(call, Set.of(last.number(), product.number())));
  }
}
