package opml.cli.command.market;

import java.nio.file.Path;
import java.util.Optional;
import opml.cli.console.Console;
import opml.cli.console.OutputText;
import opml.cli.option.ModelFile;
import opml.core.hash.Bytes32;
import opml.engine.commit.Model;
import opml.engine.graph.Port;
import opml.engine.tensor.Tensor;

/// The model of a request: a file, or only its id, for somebody who does not have it and trusts the dispute.
///
/// @param model what the file holds
record RequestedModel(Bytes32 id, Optional<Model> model) {
  /// {@return the model that a user names}
  static RequestedModel of(String named, Console console) {
    if (named.matches("0x[0-9a-fA-F]{64}")) {
      return new RequestedModel(Bytes32.ofHex(named), Optional.empty());
    }
    Model model = ModelFile.load(Path.of(named), console);
    return new RequestedModel(model.id(), Optional.of(model));
  }

  /// {@return what an output says, which only somebody who has the model can read}
  Optional<OutputText> read(byte[] output) {
    return model
        .filter(own -> own.descriptor().outputBytes() == output.length)
        .map(
            own -> {
              Port port = own.graph().output();
              return new OutputText(
                  Tensor.ofBytes(
                      own.graph().slots().get(port.slot()).type(), port.shape(), output));
            });
  }
}
