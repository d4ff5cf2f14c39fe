package opml.cli.console;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import opml.core.codec.WholeFile;

/// Where an output goes: a file whose ending says how, `.npy` for NumPy, `.json` for nested arrays of numbers, any
/// other for the bytes as they are.
public final class OutputFile {
  private enum Format {
    NPY,
    JSON,
    RAW;

    static Format of(Path file) {
      String name = file.toString().toLowerCase(Locale.ROOT);
      return name.endsWith(".npy") ? NPY : name.endsWith(".json") ? JSON : RAW;
    }
  }

  private final Path file;
  private final Format format;

  private OutputFile(Path file) {
    this.file = file;
    this.format = Format.of(file);
  }

  /// {@return whether a file's name asks for a format that tells the values' type}
  public static boolean needsType(Path file) {
    return Format.of(file) != Format.RAW;
  }

  /// {@return the file, once it is sure that this can be written there: nobody should wait for a result, or pay for
  /// one, that then goes nowhere}
  ///
  /// @param type of the output, if it is known
  /// @throws Failure if the file cannot be written, or the format needs a type
  public static OutputFile of(Path file, Optional<TensorType> type) {
    OutputFile output = new OutputFile(file);
    if (output.format != Format.RAW && type.isEmpty()) {
      throw new Failure(
          "--output %s: only the model's file tells the values' type; name it with --model, or write bytes to another"
                  .formatted(file)
              + " ending");
    }
    try {
      WholeFile.requireWritable(file);
    } catch (NoSuchFileException e) {
      throw new Failure("--output " + file + ": its folder is not there", e);
    } catch (IOException e) {
      throw new Failure("--output " + Messages.at(file, e).getMessage(), e);
    }
    return output;
  }

  /// Writes an output.
  ///
  /// @throws Failure if the bytes are not of this type, or the file cannot be written
  public void write(Optional<TensorType> type, byte[] bytes) {
    try {
      WholeFile.write(
          file,
          switch (format) {
            case RAW -> bytes;
            case NPY -> Npy.write(known(type, bytes), bytes);
            case JSON ->
                JsonTensor.write(known(type, bytes).tensor(bytes)).getBytes(StandardCharsets.UTF_8);
          });
    } catch (IOException e) {
      throw Messages.at(file, e);
    }
  }

  private TensorType known(Optional<TensorType> type, byte[] bytes) {
    return type.filter(one -> one.bytes() == bytes.length)
        .orElseThrow(
            () ->
                new Failure(file + ": an output of " + bytes.length + " bytes is not the model's"));
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
