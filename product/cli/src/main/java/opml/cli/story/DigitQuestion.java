package opml.cli.story;

import java.lang.foreign.MemorySegment;
import java.util.List;
import opml.cli.console.Amounts;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.game.work.Work;

/// Which digit it is.
final class DigitQuestion implements Question {
  private static final int LOGITS = 10;

  @Override
  public String asked() {
    return "asks what the digit is";
  }

  @Override
  public String found(Work.Result result) {
    float[] logits =
        new Tensor(
                ElementType.F32,
                new Shape(List.of(1, LOGITS)),
                Tensor.allocate(4L * LOGITS).copyFrom(MemorySegment.ofArray(result.output())))
            .floats();
    int best = 0;
    for (int i = 1; i < LOGITS; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    return "runs the model natively: it is a %d (logit %.4g), final state %s"
        .formatted(best, logits[best], Amounts.brief(result.finalState()));
  }
}
