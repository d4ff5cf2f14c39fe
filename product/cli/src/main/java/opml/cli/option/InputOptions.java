package opml.cli.option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.cli.console.Problems;
import opml.cli.console.TensorType;
import opml.engine.graph.Port;
import opml.formats.onnx.file.OnnxValueInfo;
import opml.formats.strings.ModelValue;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// What a model is to be run on: a file, or one for each of its inputs.
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class InputOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--input",
      paramLabel = "[NAME=]FILE",
      description = {
        "The input: a NumPy array (.npy), one of ONNX's tensors (.pb), nested arrays of numbers"
            + " or strings (.json), the bytes as they are, a .pgm, .png or .jpg image, or an idx file of"
            + " images. A model with several inputs takes NAME=FILE for each of them, or one file"
            + " of their packed bytes; 'opml model inspect' shows names and places."
      })
  private List<String> inputs = List.of();

  @Option(
      names = "--index",
      paramLabel = "N",
      description = "Which image of an idx file, from 0 (default: the first).")
  private Optional<Integer> index;

  @Mixin private ImageOptions images;

  /// {@return whether there is one}
  public boolean isThere() {
    return !inputs.isEmpty();
  }

  /// Checks that there is an input.
  ///
  /// @param instead what else would do, in words that follow
  /// @throws ParameterException if there is none
  public void requireThere(String instead) {
    if (!isThere()) {
      throw new ParameterException(
          command.commandLine(), "Missing required option: '--input=[NAME=]FILE'" + instead);
    }
  }

  /// Checks, before a model is read, that the files are there.
  ///
  /// @throws Failure that tells all that are not
  public void requireFiles() {
    Problems problems = new Problems();
    for (String input : inputs) {
      trouble(input).ifPresent(why -> problems.misuse("--input %s: %s".formatted(input, why)));
    }
    problems.fail();
  }

  private static Optional<String> trouble(String input) {
    Optional<String> flaw = NamedFiles.flaw(input);
    if (flaw.isPresent()) {
      return flaw;
    }
    Optional<Path> file = NamedFiles.existing(input);
    if (file.isEmpty()) {
      return Optional.of("there is no such file");
    }
    return Files.isDirectory(file.get())
        ? Optional.of("this is a folder")
        : Files.isReadable(file.get()) ? Optional.empty() : Optional.of("it cannot be read");
  }

  /// {@return exactly `wanted` bytes of input}
  ///
  /// @param port the model's input, if its file told it
  /// @throws Failure that tells all names that are wrong, or else all files that cannot be read or hold something else
  /// @throws opml.core.codec.MalformedException if the only file is damaged, or an array of another type or shape
  public byte[] read(Optional<Port> port, long wanted) {
    List<NamedFiles.NamedFile> files = NamedFiles.ofInputs(inputs, port);
    Optional<Port> several = port.filter(Port::isPacked);
    if (several.isEmpty()) {
      Optional<TensorType> type = port.map(one -> TensorType.of(one.parts().getFirst()));
      InputFile only = read(files.getFirst().file(), wanted, type);
      requireMeaningOfIndex(only.isOneOfSeveral());
      return only.bytes();
    }
    if (files.getFirst().part().isEmpty()) {
      requireMeaningOfIndex(false);
      return packed(files.getFirst().file(), several.get());
    }
    byte[] bytes = new byte[Math.toIntExact(wanted)];
    List<InputFile> read = new ArrayList<>();
    Problems problems = new Problems();
    for (NamedFiles.NamedFile named : files) {
      problems.of(
          () -> {
            Port.Part part = named.part().orElseThrow();
            InputFile file = read(named.file(), part.bytes(), Optional.of(TensorType.of(part)));
            System.arraycopy(file.bytes(), 0, bytes, (int) part.offset(), file.bytes().length);
            read.add(file);
          });
    }
    problems.fail();
    requireMeaningOfIndex(read.stream().anyMatch(InputFile::isOneOfSeveral));
    return bytes;
  }

  /// {@return the inputs of a model that has strings}
  ///
  /// @param declared all of them
  /// @throws Failure that tells all names that are wrong or missing, or else all files that cannot be read or hold
  ///     something else
  public Map<String, ModelValue> read(List<OnnxValueInfo> declared) {
    requireMeaningOfIndex(false);
    return NamedValues.read(inputs, declared);
  }

  private InputFile read(Path file, long wanted, Optional<TensorType> type) {
    return InputFile.read(file, wanted, type, index.orElse(0), images.choice());
  }

  private void requireMeaningOfIndex(boolean oneOfSeveral) {
    if (index.isPresent() && !oneOfSeveral) {
      throw new Failure(
          "--index %d: expected is none without an idx file of images, and --input %s is no such file"
              .formatted(index.get(), String.join(" ", inputs)));
    }
  }

  private static byte[] packed(Path file, Port port) {
    if (InputFile.holdsOneArray(file)) {
      throw NamedFiles.nameless("--input", file, "input", port);
    }
    try {
      if (Files.size(file) != port.bytes()) {
        throw new Failure(
            "--input %s: %,d bytes; expected is %s, or one file of all %,d bytes, %s"
                .formatted(
                    file,
                    Files.size(file),
                    NamedFiles.expected("input", port),
                    port.bytes(),
                    NamedFiles.places(port)));
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw Messages.at(file, e);
    }
  }
}
