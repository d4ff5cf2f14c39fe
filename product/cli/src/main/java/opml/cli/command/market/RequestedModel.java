package opml.cli.command.market;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Predicate;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.OutputText;
import opml.cli.option.ModelFile;
import opml.core.hash.Bytes32;
import opml.engine.commit.Model;
import opml.engine.graph.Port;
import opml.formats.ModelLoader;

/// The model of a request: a file, or only its id, for somebody who does not have it and trusts the dispute.
///
/// @param model what the file holds
record RequestedModel(Bytes32 id, Optional<Model> model) {
  /// {@return the model that a user names}
  static RequestedModel of(String named, Console console) {
    if (named.matches("0x[0-9a-fA-F]{64}")) {
      return new RequestedModel(Bytes32.ofHex(named), Optional.empty());
    }
    if (named.matches("0x[0-9a-fA-F]*") && !Files.exists(Path.of(named))) {
      throw Failure.misuse("--model " + named + ": a model's id is 0x and all of its 64 digits");
    }
    return of(Path.of(named), console);
  }

  /// {@return the model in a file}
  static RequestedModel of(Path file, Console console) {
    Model model = ModelFile.load(file, console);
    return new RequestedModel(model.id(), Optional.of(model));
  }

  /// {@return the same file's model of this id, if it has one}
  Optional<RequestedModel> edition(Bytes32 other) {
    return model
        .flatMap(known -> ModelLoader.edition(known, other))
        .map(known -> new RequestedModel(other, Optional.of(known)));
  }

  /// {@return the latest edition of the file's model that is registered; this one if none is}
  RequestedModel registered(Predicate<Bytes32> isRegistered) {
    return model.stream()
        .flatMap(known -> ModelLoader.editions(known).stream())
        .filter(known -> isRegistered.test(known.id()))
        .findFirst()
        .map(known -> new RequestedModel(known.id(), Optional.of(known)))
        .orElse(this);
  }

  Optional<Port> input() {
    return model.map(known -> known.graph().input());
  }

  Optional<Port> output() {
    return model.map(known -> known.graph().output());
  }

  /// {@return what an output says, which only somebody who has the model can read}
  Optional<OutputText> read(byte[] output) {
    return output()
        .filter(port -> port.bytes() == output.length)
        .map(port -> new OutputText(port, output));
  }
}
