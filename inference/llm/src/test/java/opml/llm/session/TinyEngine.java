package opml.llm.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import opml.engine.plan.Team;
import opml.engine.run.KernelProvider;
import opml.engine.tensor.ElementType;
import opml.llm.forward.CacheType;
import opml.llm.model.LanguageModel;
import opml.llm.model.LanguageModels;
import opml.llm.model.TinyLlama;

/// Engines of small models of chance.
final class TinyEngine {
  /// Qwen3's architecture with heads of 32, as caches of Q8_0 need them.
  static final String WIDE_HEADS = "qwen3-wide";

  private TinyEngine() {}

  static LanguageModel model(Path folder, String family, ElementType matrices, long seed)
      throws IOException {
    Path file = folder.resolve("%s-%s-%d.gguf".formatted(family, matrices.label(), seed));
    Random random = new Random(seed);
    Files.write(
        file,
        family.equals(WIDE_HEADS)
            ? TinyLlama.wideHeads(matrices, random)
            : TinyLlama.calm(family, matrices, random));
    return LanguageModels.open(file);
  }

  static TextEngine of(
      LanguageModel model, int context, CacheType cacheType, int rows, int threads) {
    return TextEngine.of(
        model, context, cacheType, rows, KernelProvider.reference(), new Team(threads), _ -> {});
  }
}
