package opml.cli.command.market;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.OutputText;
import opml.cli.console.TensorType;
import opml.cli.option.ModelFile;
import opml.core.hash.Bytes32;
import opml.engine.commit.Model;

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

  Optional<TensorType> inputType() {
    return model.map(TensorType::inputOf);
  }

  Optional<TensorType> outputType() {
    return model.map(TensorType::outputOf);
  }

  /// {@return what an output says, which only somebody who has the model can read}
  Optional<OutputText> read(byte[] output) {
    return outputType()
        .filter(type -> type.bytes() == output.length)
        .map(type -> new OutputText(type, output));
  }
}
