package opml.formats.onnx.fusion;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.engine.tensor.ElementType;
import opml.formats.onnx.file.OnnxType;
import opml.formats.onnx.fusion.CallList.Step;
import opml.formats.onnx.fusion.PairStep.Form;
import opml.formats.onnx.fusion.PairStep.Operands;
import opml.formats.onnx.node.GraphImport.Call;
import opml.formats.onnx.node.GraphImport.Source;
import opml.formats.onnx.node.Value;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.ScalarValues;

/// `matmul.integer`, whose sums become floats that are scaled, all by one number or each column by its own, and to each
/// of whose rows one row is added, is `matmul.integer.scaled`, with the same bits.
final class ScaledProductRule implements FusionRule {
  @Override
  public Optional<Fused> endingWith(Step last) {
    return PairStep.of(last, "add.f32")
        .flatMap(PairStep::withRow)
        .flatMap(
            sum ->
                PairStep.writing(last, sum.whole(), "mul.f32")
                    .flatMap(product -> fused(last, sum.other(), product)));
  }

  private static Optional<Fused> fused(Step last, Value.Place bias, PairStep product) {
    long n = bias.bytes() / ElementType.F32.bytes();
    boolean isOne =
        product
            .inAnyOrder(Form.SINGLE, n)
            .filter(operands -> operands.other().bytes() == ElementType.F32.bytes())
            .isPresent();
    Optional<Operands> scaled = product.inAnyOrder(isOne ? Form.SINGLE : Form.ROW, n);
    Optional<Step> cast =
        scaled
            .flatMap(operands -> last.calls().writer(operands.whole(), "cast"))
            .filter(
                step ->
                    step.scalar("from") == OnnxType.of(ElementType.I32).code()
                        && step.scalar("to") == OnnxType.of(ElementType.F32).code());
    return cast.flatMap(step -> step.before(0, "matmul.integer"))
        .filter(sums -> sums.scalar("n") == n)
        .map(
            sums ->
                new Fused(
                    call(last, sums, scaled.orElseThrow().other(), isOne, bias),
                    Set.of(
                        last.number(),
                        product.step().number(),
                        cast.orElseThrow().number(),
                        sums.number())));
  }

  private static Call call(
      Step last, Step sums, Value.Place scale, boolean isOne, Value.Place bias) {
    Kernel kernel = KernelCatalog.byName("matmul.integer.scaled");
    List<Source> sources = new ArrayList<>(sums.call().sources());
    sources.removeLast();
    sources.add(new Source.Read(scale));
    sources.add(new Source.Read(bias));
    sources.add(new Source.Write(last.written()));
    ScalarValues scalars = new ScalarValues(kernel);
    for (String name : List.of("batch", "m", "n", "k", "aBatch", "bBatch")) {
      scalars.ints(name, sums.scalar(name));
    }
    return new Call(
        last.call().name(),
        "MatMulIntegerToFloat",
        kernel,
        sources,
        scalars.ints("operands", sums.ints("operands")).ints("scaleStep", isOne ? 0 : 1));
  }
}
