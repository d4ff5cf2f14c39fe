package opml.cli.command.market;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.node.config.ConfigException;
import opml.node.config.ConfigFile;
import opml.node.config.NodeConfig;
import picocli.CommandLine.Option;

/// Which nodes.
@SuppressWarnings("NullAway.Init") // filled by picocli
final class ConfigOption {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      defaultValue = "node.toml",
      description = {
        "What the node is, in TOML; paths in it are relative to its folder (default: ${DEFAULT-VALUE}).",
        "Given several times: as many nodes, of other hubs, chains or accounts."
      })
  private List<Path> files;

  /// {@return what the only file says}
  ///
  /// @throws Failure that tells everything that is wrong with it, a line each
  NodeConfig read() {
    if (files.size() != 1) {
      throw Failure.misuse("--config: expected is one file, given are " + files.size());
    }
    return read(files.getFirst());
  }

  /// {@return what each file says}
  ///
  /// @throws Failure that tells everything that is wrong with any of them, a line each
  List<NodeConfig> readAll() {
    List<NodeConfig> configs = new ArrayList<>();
    List<Failure> failures = new ArrayList<>();
    for (Path file : files) {
      try {
        configs.add(read(file));
      } catch (Failure e) {
        failures.add(e);
      }
    }
    if (failures.isEmpty()) {
      return configs;
    }
    if (failures.size() == 1) {
      throw failures.getFirst();
    }
    List<String> lines = failures.stream().map(Messages::whole).toList();
    throw Failure.misuse(String.join("\n", lines), failures.getFirst());
  }

  private static NodeConfig read(Path file) {
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
