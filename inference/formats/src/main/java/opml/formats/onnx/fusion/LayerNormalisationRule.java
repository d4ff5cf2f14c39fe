package opml.formats.onnx.fusion;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.formats.onnx.fusion.CallList.Step;
import opml.formats.onnx.fusion.PairStep.Form;
import opml.formats.onnx.fusion.PairStep.Operands;
import opml.formats.onnx.node.GraphImport.Call;
import opml.formats.onnx.node.GraphImport.Source;
import opml.formats.onnx.node.Value;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.ScalarValues;

/// `(x - mean(x)) / √(mean((x - mean(x))²) + epsilon) · scale + bias`, of rows, as PyTorch writes it where there is no
/// LayerNormalization, is `normalize.f32`.
final class LayerNormalisationRule implements FusionRule {
  @Override
  public Optional<Fused> endingWith(Step last) {
    return PairStep.of(last, "add.f32").flatMap(sum -> sum.withRow().flatMap(w -> at(sum, w)));
  }

  private static Optional<Fused> at(PairStep sum, Operands biased) {
    long n = biased.other().bytes() / ElementType.F32.bytes();
    Match match = new Match(sum, n);
    return match
        .pair(biased.whole(), "mul.f32")
        .flatMap(product -> product.inAnyOrder(Form.ROW, n))
        .flatMap(
            scaled ->
                match
                    .input(scaled.whole())
                    .map(
                        x ->
                            new Fused(
                                call(sum, x, scaled.other(), biased.other(), match),
                                new HashSet<>(match.parts))));
  }

  /// What was found on the way back from the end.
  private static final class Match {
    private final PairStep end;
    private final long n;
    private final List<Integer> parts = new ArrayList<>();
    private float epsilon;

    Match(PairStep end, long n) {
      this.end = end;
      this.n = n;
      parts.add(end.step().number());
    }

    long rows() {
      return end.count() / n;
    }

    Optional<PairStep> pair(Value.Place place, String kernel) {
      Optional<PairStep> found = PairStep.writing(end.step(), place, kernel);
      found.ifPresent(pair -> parts.add(pair.step().number()));
      return found;
    }

    private Optional<Step> step(Value.Place place, String kernel) {
      Optional<Step> found = end.step().calls().writer(place, kernel);
      found.ifPresent(step -> parts.add(step.number()));
      return found;
    }

    /// {@return x, if a place holds its rows less their means, by their deviations}
    Optional<Value.Place> input(Value.Place normal) {
      Optional<Operands> quotient =
          pair(normal, "div.f32").flatMap(pair -> pair.inOrder(Form.COLUMN, n));
      Optional<Operands> centred = quotient.flatMap(operands -> centred(operands.whole()));
      Optional<Value.Place> squared =
          quotient
              .flatMap(operands -> step(operands.other(), "sqrt.f32"))
              .flatMap(root -> root.read(0))
              .flatMap(this::withoutEpsilon)
              .flatMap(this::averaged)
              .flatMap(this::squareRoot);
      return centred
          .filter(
              operands ->
                  squared.flatMap(this::centred).filter(other -> other.equals(operands)).isPresent()
                      && averaged(operands.other()).filter(x -> x == operands.whole()).isPresent())
          .map(Operands::whole);
    }

    /// {@return what a place is the difference of: x, and one number for each row}
    private Optional<Operands> centred(Value.Place place) {
      return pair(place, "sub.f32").flatMap(pair -> pair.inOrder(Form.COLUMN, n));
    }

    private Optional<Value.Place> withoutEpsilon(Value.Place place) {
      Optional<Operands> sum =
          pair(place, "add.f32").flatMap(pair -> pair.inAnyOrder(Form.SINGLE, 1));
      Optional<Float> added = sum.flatMap(operands -> CallList.number(operands.other()));
      epsilon = added.orElse(0f);
      return added.flatMap(_ -> sum).map(Operands::whole);
    }

    /// {@return what a place has the mean of each row of}
    private Optional<Value.Place> averaged(Value.Place place) {
      return step(place, "reduce.mean.f32")
          .filter(
              mean -> {
                int[] axis = mean.ints("axis");
                return axis[0] == rows() && axis[1] == n && axis[2] == 1;
              })
          .flatMap(mean -> mean.read(0));
    }

    private Optional<Value.Place> squareRoot(Value.Place place) {
      return pair(place, "mul.f32")
          .flatMap(pair -> pair.inOrder(Form.WHOLE, n))
          .filter(operands -> operands.whole() == operands.other())
          .map(Operands::whole);
    }
  }

  private static Call call(
      PairStep sum, Value.Place x, Value.Place scale, Value.Place bias, Match match) {
    Kernel kernel = KernelCatalog.byName("normalize.f32");
    Call last = sum.step().call();
    Shape rows = Shape.of(Math.toIntExact(match.rows()));
    return new Call(
        last.name(),
        "LayerNormalization",
        kernel,
        List.of(
            new Source.Read(x),
            new Source.Read(scale),
            new Source.Read(bias),
            new Source.Write(sum.step().written()),
            new Source.Write(Value.computed(last.name() + ".mean", ElementType.F32, rows).place()),
            new Source.Write(
                Value.computed(last.name() + ".inverse", ElementType.F32, rows).place())),
        new ScalarValues(kernel)
            .ints("rows n", rows.count(), Math.toIntExact(match.n))
            .ints("factors", 1, 0, 1)
            .real("epsilon", match.epsilon));
  }
}
