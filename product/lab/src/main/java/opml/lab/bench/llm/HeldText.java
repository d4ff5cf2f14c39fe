package opml.lab.bench.llm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import opml.lab.bench.BenchException;
import opml.lab.bench.llm.LlmFigures.Perplexity;
import opml.llm.model.LanguageModel;

/// How well models foretell a text that none of them has seen: a short story that was written for this benchmark, in
/// the manner of what the small ones have learnt.
final class HeldText {
  private static final String TEXT = "held-story.txt";
  private static final int MOST = 256;

  private HeldText() {}

  /// {@return the story's tokens, the one for a beginning first}
  static int[] tokens(LanguageModel model) throws IOException {
    try (InputStream in = HeldText.class.getResourceAsStream(TEXT)) {
      byte[] bytes = Objects.requireNonNull(in, TEXT).readAllBytes();
      // Its lines are no paragraphs.
      String text = new String(bytes, StandardCharsets.UTF_8).strip().replace('\n', ' ');
      int[] tokens =
          model
              .tokenizer()
              .orElseThrow(() -> new BenchException("the model has no tokenizer"))
              .encode(text, true, false);
      return Arrays.copyOf(tokens, Math.min(MOST, tokens.length));
    }
  }

  /// {@return our perplexity beside another's}: of a forward pass in double where weights are f32, and of llama.cpp
  /// where they are not
  static Perplexity measure(OpenedModel subject, Sides sides, double goal) throws IOException {
    int[] text = tokens(subject.language());
    double ours = Surprise.perplexity(sides.ours().surprise(text));
    boolean isPlain = DoubleReference.takes(subject.language());
    double reference =
        Surprise.perplexity(
            isPlain ? surprises(subject.language(), text) : sides.peer().surprise(text));
    return new Perplexity(
        subject.name(),
        text.length,
        ours,
        reference,
        isPlain ? "a forward pass in double" : "llama.cpp",
        goal);
  }

  private static double[] surprises(LanguageModel model, int... text) {
    DoubleReference reference = new DoubleReference(model, text.length);
    double[] surprises = new double[text.length - 1];
    for (int i = 0; i < surprises.length; i++) {
      surprises[i] = Surprise.of(reference.take(text[i]), text[i + 1]);
    }
    return surprises;
  }
}
