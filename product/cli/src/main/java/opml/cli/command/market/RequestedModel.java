package opml.cli.command.market;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import opml.cli.console.AnswerText;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.OutputText;
import opml.cli.option.KnownModel;
import opml.cli.option.LanguageAnswers;
import opml.cli.option.ModelFile;
import opml.cli.option.ModelOptions;
import opml.core.hash.Bytes32;
import opml.engine.graph.Port;
import org.jspecify.annotations.Nullable;

/// The model of a request: a file, or only its id, for somebody who does not have it and trusts the dispute.
///
/// @param known what the file holds
record RequestedModel(Bytes32 id, Optional<KnownModel> known) {
  /// {@return the model that a user names}
  static RequestedModel of(String named, ModelOptions text, Console console) {
    if (named.matches("0x[0-9a-fA-F]{64}")) {
      return new RequestedModel(Bytes32.ofHex(named), Optional.empty());
    }
    if (named.matches("0x[0-9a-fA-F]*") && !Files.exists(Path.of(named))) {
      throw Failure.misuse("--model " + named + ": a model's id is 0x and all of its 64 digits");
    }
    return of(Path.of(named), text, console);
  }

  /// {@return the model in a file}
  static RequestedModel of(Path file, ModelOptions text, Console console) {
    KnownModel model = ModelFile.open(file, text, console);
    return new RequestedModel(model.id(), Optional.of(model));
  }

  /// {@return the same file's model of this id, if it has one}
  Optional<RequestedModel> edition(Bytes32 other) {
    return editions().filter(edition -> edition.id().equals(other)).findFirst();
  }

  /// {@return the latest edition of the file's model that is registered; this one if none is}
  RequestedModel registered(Predicate<Bytes32> isRegistered) {
    return editions().filter(edition -> isRegistered.test(edition.id())).findFirst().orElse(this);
  }

  private Stream<RequestedModel> editions() {
    return known.stream()
        .flatMap(model -> model.editions().stream())
        .map(model -> new RequestedModel(model.id(), Optional.of(model)));
  }

  /// {@return what reads and writes its texts, if the file told that it is a language model}
  Optional<LanguageAnswers> language() {
    return known.flatMap(KnownModel::language);
  }

  /// {@return what an error about its id goes on with: of a language model, what else the id follows from}
  String hintOnId() {
    return language().isPresent()
        ? "; --context, --answer, --cache-type and --lora are part of it"
        : "";
  }

  Optional<Port> input() {
    return known.map(file -> file.model().graph().input());
  }

  Optional<Port> output() {
    return known.map(file -> file.model().graph().output());
  }

  /// {@return what an output says, for people; only somebody who has the model can read it}
  Optional<String> words(byte[] output) {
    return language().isPresent()
        ? language().get().read(output).map(AnswerText::toString)
        : values(output).map(OutputText::toString);
  }

  /// {@return what an output says, for programs: null where nobody knows}
  Map<String, @Nullable Object> fields(byte[] output) {
    return language().isPresent()
        ? language().get().read(output).map(AnswerText::fields).orElseGet(Json::object)
        : OutputText.fields(values(output));
  }

  private Optional<OutputText> values(byte[] output) {
    return output()
        .filter(port -> port.bytes() == output.length)
        .map(port -> new OutputText(port, output));
  }
}
