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
  private TinyEngine() {}

  static LanguageModel model(Path folder, String family, ElementType matrices, long seed)
      throws IOException {
    Path file = folder.resolve("%s-%s-%d.gguf".formatted(family, matrices.label(), seed));
    Files.write(file, TinyLlama.calm(family, matrices, new Random(seed)));
    return LanguageModels.open(file);
  }

  static TextEngine of(
      LanguageModel model, int context, CacheType cacheType, int rows, int threads) {
    return TextEngine.of(
        model, context, cacheType, rows, KernelProvider.reference(), new Team(threads), _ -> {});
  }
}
