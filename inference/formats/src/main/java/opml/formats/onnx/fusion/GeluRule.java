package opml.formats.onnx.fusion;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import opml.formats.onnx.fusion.CallList.Step;
import opml.formats.onnx.fusion.PairStep.Form;
import opml.formats.onnx.node.GraphImport.Call;
import opml.formats.onnx.node.GraphImport.Source;
import opml.formats.onnx.node.Value;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.ScalarValues;

/// `x · (1 + erf(x / √2)) · 0.5`, its factors in any order, is `gelu.f32`.
final class GeluRule implements FusionRule {
  /// By which a constant may differ from the root of two, or its reciprocal: a few ulp of float32.
  private static final double ROUNDING = 0x1p-21;

  private static final double HALF = 0.5;

  @Override
  public Optional<Fused> endingWith(Step last) {
    Optional<PairStep> product = PairStep.of(last, "mul.f32");
    return product
        .flatMap(GeluRule::halvedLast)
        .or(() -> product.flatMap(outer -> halvedFirst(outer, 0)))
        .or(() -> product.flatMap(outer -> halvedFirst(outer, 1)));
  }

  /// `(x · a) · 0.5`.
  private static Optional<Fused> halvedLast(PairStep last) {
    return last.withNumber(HALF, 0, true)
        .flatMap(place -> PairStep.writing(last.step(), place, "mul.f32"))
        .filter(GeluRule::isOfWholes)
        .flatMap(
            inner ->
                fused(last, inner, inner.operand(0), inner.operand(1))
                    .or(() -> fused(last, inner, inner.operand(1), inner.operand(0))));
  }

  /// `(p · 0.5) · q`, of which one is x.
  private static Optional<Fused> halvedFirst(PairStep last, int halved) {
    if (!isOfWholes(last)) {
      return Optional.empty();
    }
    Value.Place other = last.operand(1 - halved);
    return PairStep.writing(last.step(), last.operand(halved), "mul.f32")
        .flatMap(
            inner ->
                inner
                    .withNumber(HALF, 0, true)
                    .flatMap(
                        place ->
                            fused(last, inner, place, other)
                                .or(() -> fused(last, inner, other, place))));
  }

  private static boolean isOfWholes(PairStep pair) {
    return pair.inOrder(Form.WHOLE, 1).isPresent();
  }

  /// {@return the call, if a is 1 + erf(x / √2)}
  private static Optional<Fused> fused(
      PairStep last, PairStep inner, Value.Place x, Value.Place a) {
    Optional<PairStep> sum = PairStep.writing(last.step(), a, "add.f32");
    Optional<Step> erf =
        sum.flatMap(pair -> pair.withNumber(1, 0, true))
            .flatMap(place -> last.step().calls().writer(place, "erf.f32"));
    Optional<Value.Place> scaled = erf.flatMap(step -> step.read(0));
    Optional<PairStep> quotient =
        scaled
            .flatMap(place -> PairStep.writing(last.step(), place, "div.f32"))
            .filter(pair -> isX(pair.withNumber(Math.sqrt(2), ROUNDING, false), x));
    Optional<PairStep> times =
        scaled
            .flatMap(place -> PairStep.writing(last.step(), place, "mul.f32"))
            .filter(pair -> isX(pair.withNumber(Math.sqrt(HALF), ROUNDING, true), x));
    return quotient
        .or(() -> times)
        .map(
            first -> {
              Set<Integer> parts = new HashSet<>();
              for (PairStep pair : List.of(last, inner, sum.orElseThrow(), first)) {
                parts.add(pair.step().number());
              }
              parts.add(erf.orElseThrow().number());
              return new Fused(call(last, x), parts);
            });
  }

  private static boolean isX(Optional<Value.Place> place, Value.Place x) {
    return place.filter(one -> one == x).isPresent();
  }

  private static Call call(PairStep last, Value.Place x) {
    var kernel = KernelCatalog.byName("gelu.f32");
    return new Call(
        last.step().call().name(),
        "Gelu",
        kernel,
        List.of(new Source.Read(x), new Source.Write(last.step().written())),
        new ScalarValues(kernel).ints("n", Math.toIntExact(last.count())));
  }
}
