package opml.cli.command.market;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.node.config.ConfigException;
import opml.node.config.ConfigFile;
import opml.node.config.NodeConfig;
import picocli.CommandLine.Option;

/// Which node.
@SuppressWarnings("NullAway.Init") // filled by picocli
final class ConfigOption {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      defaultValue = "node.toml",
      description =
          "What the node is, in TOML; paths in it are relative to its folder (default: ${DEFAULT-VALUE}).")
  private Path file;

  /// {@return what the file says}
  ///
  /// @throws Failure that tells everything that is wrong with it, a line each
  NodeConfig read() {
    try {
      return ConfigFile.read(file);
    } catch (ConfigException e) {
      throw Failure.misuse(String.valueOf(e.getMessage()), e);
    } catch (NoSuchFileException e) {
      throw Failure.misuse(
          file + ": there is no such file; --config names another, docs/node.md shows one", e);
    } catch (IOException e) {
      throw Messages.at(file, e);
    }
  }
}
