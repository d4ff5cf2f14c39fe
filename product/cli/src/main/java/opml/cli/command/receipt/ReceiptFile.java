package opml.cli.command.receipt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.core.codec.MalformedException;
import opml.receipt.ReceiptJson;

/// Reads receipts from a file, or from the standard input.
final class ReceiptFile {
  private static final Path STANDARD_INPUT = Path.of("-");

  private ReceiptFile() {}

  /// {@return the receipts in a file}
  ///
  /// @throws Failure if it cannot be read; one about an argument, with all reasons, if there are none in it
  static ReceiptJson.Found read(Path file) {
    try (InputStream in = file.equals(STANDARD_INPUT) ? System.in : Files.newInputStream(file)) {
      return ReceiptJson.read(in.readNBytes(ReceiptJson.MOST_BYTES + 1));
    } catch (MalformedException e) {
      throw Failure.misuse(name(file) + ": " + e.getMessage());
    } catch (IOException e) {
      throw Messages.at(file, e);
    }
  }

  /// {@return what a file is called in messages}
  static String name(Path file) {
    return file.equals(STANDARD_INPUT) ? "standard input" : file.toString();
  }
}
