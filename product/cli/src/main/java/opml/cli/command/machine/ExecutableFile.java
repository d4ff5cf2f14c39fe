package opml.cli.command.machine;

import java.io.IOException;
import java.nio.file.Path;
import opml.cli.console.Messages;
import opml.vm.elf.Elf64;
import opml.vm.elf.Executable;

/// Reads executables.
final class ExecutableFile {
  private ExecutableFile() {}

  /// {@return the executable in a file}
  ///
  /// @throws opml.cli.console.Failure if it cannot be read
  /// @throws opml.core.codec.MalformedException if it is no static RV64IM executable
  static Executable load(Path file) {
    try {
      return Elf64.load(file);
    } catch (IOException e) {
      throw Messages.at(file, e);
    }
  }
}
