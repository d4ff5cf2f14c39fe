package opml.cli.option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.cli.console.Problems;
import opml.cli.console.TensorType;
import opml.engine.graph.Port;
import picocli.CommandLine.Option;

/// What a model is to be run on: a file, or one for each of its inputs.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class InputOptions {
  @Option(
      names = "--input",
      required = true,
      paramLabel = "[NAME=]FILE",
      description = {
        "The input: a NumPy array (.npy), nested arrays of numbers (.json), the bytes as they are, a .pgm image, or an"
            + " idx file of images. A model with several inputs takes NAME=FILE for each of them, or one file of their"
            + " packed bytes; 'opml model inspect' shows names and places."
      })
  private List<String> inputs;

  @Option(
      names = "--index",
      paramLabel = "N",
      defaultValue = "0",
      description = "Which image of an idx file (default: ${DEFAULT-VALUE}).")
  private int index;

  /// Checks, before a model is read, that the files are there.
  ///
  /// @throws Failure that tells all that are not
  public void requireFiles() {
    Problems problems = new Problems();
    for (String input : inputs) {
      problems.when(!namesAFile(input), "--input " + input + ": there is no such file");
    }
    problems.fail();
  }

  /// {@return whether some file could be meant: a name may have equals signs in it}
  private static boolean namesAFile(String input) {
    int from = 0;
    do {
      if (Files.isReadable(Path.of(input.substring(from)))) {
        return true;
      }
      from = input.indexOf('=', from) + 1;
    } while (from > 0);
    return false;
  }

  /// {@return exactly `wanted` bytes of input}
  ///
  /// @param port the model's input, if its file told it
  /// @throws Failure if a name is wrong, or a file cannot be read, or holds something else
  /// @throws opml.core.codec.MalformedException if a file is damaged, or an array of another type or shape
  public byte[] read(Optional<Port> port, long wanted) {
    List<NamedFiles.NamedFile> files = NamedFiles.ofInputs(inputs, port);
    Optional<Port> several = port.filter(one -> one.parts().size() > 1);
    if (several.isEmpty()) {
      Optional<TensorType> type = port.map(one -> TensorType.of(one.parts().getFirst()));
      return InputFile.read(files.getFirst().file(), wanted, type, index);
    }
    if (files.getFirst().part().isEmpty()) {
      return packed(files.getFirst().file(), several.get());
    }
    byte[] bytes = new byte[Math.toIntExact(wanted)];
    for (NamedFiles.NamedFile file : files) {
      Port.Part part = file.part().orElseThrow();
      byte[] values =
          InputFile.read(file.file(), part.bytes(), Optional.of(TensorType.of(part)), index);
      System.arraycopy(values, 0, bytes, (int) part.offset(), values.length);
    }
    return bytes;
  }

  private static byte[] packed(Path file, Port port) {
    try {
      if (Files.size(file) != port.bytes()) {
        throw new Failure(
            "--input %s: %,d bytes; expected is %s, or one file of all %,d bytes"
                .formatted(
                    file, Files.size(file), NamedFiles.expected("input", port), port.bytes()));
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw Messages.at(file, e);
    }
  }
}
