package opml.cli.option;

import java.util.List;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.engine.commit.Model;
import opml.formats.ModelLoader;
import opml.proof.GraphWorkshop;

/// A model of a file: what the chain knows of it, and what finds the answers of a language model, which the chain only
/// checks.
public record KnownModel(Model model, Optional<LanguageAnswers> language) {
  public Bytes32 id() {
    return model.id();
  }

  /// {@return the model in all editions of the kernels' programs that make different ones of it, the latest first}
  public List<KnownModel> editions() {
    return ModelLoader.editions(model).stream()
        .map(edition -> new KnownModel(edition, language))
        .toList();
  }

  /// Has a workshop know it.
  public void addTo(GraphWorkshop workshop) {
    language.ifPresentOrElse(answers -> workshop.add(model, answers), () -> workshop.add(model));
  }
}
