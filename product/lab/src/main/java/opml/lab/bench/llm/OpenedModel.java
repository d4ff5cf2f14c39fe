package opml.lab.bench.llm;

import java.nio.file.Path;
import opml.llm.model.LanguageModel;

/// A model whose file is there.
record OpenedModel(BenchedModel model, Path file, LanguageModel language) {
  String name() {
    return model.name();
  }
}
