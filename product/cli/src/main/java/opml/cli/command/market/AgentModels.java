package opml.cli.command.market;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import opml.cli.console.Failure;
import opml.cli.console.JournalWriter;
import opml.cli.option.KnownModel;
import opml.cli.option.LanguageAnswers;
import opml.cli.option.TextOptions;
import opml.core.hash.Bytes32;
import opml.engine.tensor.OutsideMemory;
import opml.engine.trace.RunMemory;
import opml.ethereum.chain.Chain;
import opml.hub.Deployment;
import opml.hub.ModelRegistration;
import opml.llm.forward.TextLimits;
import opml.proof.GraphWorkshop;
import opml.vm.checkpoint.CheckpointPolicy;

/// The models that an agent was given, on the chain that it works on.
///
/// @param models as this build makes them
record AgentModels(List<KnownModel> models, Deployment deployment, Chain chain) {
  /// @param models by their files
  /// @param finds whether outputs are to be found, and not only judged
  /// @throws Failure if the models are certain to take more memory than there is
  static void requireMemory(Map<Path, KnownModel> models, boolean finds) {
    NeededMemory memory = new NeededMemory(Runtime.getRuntime().maxMemory(), OutsideMemory.room());
    models.forEach(
        (file, model) -> {
          long session = finds ? model.language().map(LanguageAnswers::sessionBytes).orElse(0L) : 0;
          memory.add(file.toString(), RunMemory.of(model.model()), session);
        });
    memory.problems().fail();
  }

  /// {@return a workshop that knows the models, as this build makes them, and as builds before made them, where that is
  /// registered; the journal hears of each}
  GraphWorkshop workshop(CheckpointPolicy policy, JournalWriter journal) {
    GraphWorkshop workshop = new GraphWorkshop(List.of(), policy);
    models.stream()
        .flatMap(this::editions)
        .toList() // the chain has been asked for all before the journal hears of any
        .forEach(
            model -> {
              Map<String, Object> facts =
                  JournalWriter.facts(
                      "id", model.id().toString(), "registered", isRegistered(model.id()));
              model.language().ifPresent(answers -> facts.putAll(facts(answers.limits())));
              journal.line("model", facts);
              model.addTo(workshop);
            });
    return workshop;
  }

  private Stream<KnownModel> editions(KnownModel model) {
    return model.editions().stream()
        .filter(other -> other.id().equals(model.id()) || isRegistered(other.id()));
  }

  /// {@return whether the hub knows a model of this id}
  boolean isRegistered(Bytes32 model) {
    return ModelRegistration.isRegistered(deployment, chain.snapshot(), model);
  }

  /// Makes ready what finds answers.
  void makeReady(JournalWriter journal) {
    models.forEach(model -> makeReady(model, journal));
  }

  private static void makeReady(KnownModel model, JournalWriter journal) {
    model
        .language()
        .ifPresent(
            language -> {
              long begin = System.nanoTime();
              language.makeReady();
              journal.line(
                  "ready",
                  JournalWriter.facts(
                      "id", model.id().toString(), "seconds", (System.nanoTime() - begin) / 1e9));
            });
  }

  private static Map<String, Object> facts(TextLimits limits) {
    return JournalWriter.facts(
        "context",
        limits.context(),
        "answer",
        limits.capacity(),
        "cacheType",
        TextOptions.label(limits.cacheType()));
  }
}
