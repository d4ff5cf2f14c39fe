package opml.cli.command.market;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.core.hash.Bytes32;
import opml.store.StoreException;
import opml.store.snapshot.SnapshotFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Writes a snapshot.
@Command(
    name = "export",
    description = {
      "Writes the hub's events up to the node's final block to a file, whether the node runs or not.",
      "Another node of the same hub need not read them from the chain then. Nothing of the account is in it."
    },
    footer = {
      "  opml node snapshot export hub.snapshot --config node.toml",
      "  opml node snapshot export hub.snapshot --force"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class NodeExportCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private ConfigOption options;

  @Parameters(paramLabel = "FILE", description = "The file to write.")
  private Path file;

  @Option(names = "--force", description = "Replace the file if it is there.")
  private boolean force;

  @Override
  public Integer call() {
    if (!force && Files.exists(file)) {
      throw Failure.misuse(file + ": exists already; --force replaces it");
    }
    try (NodeBeside node = NodeBeside.open(options.read())) {
      if (node.store().projection().finalised().isEmpty()) {
        throw new Failure("no block that the node has read is final yet");
      }
      Bytes32 root = SnapshotFile.write(node.store(), file);
      SnapshotFile.Header header = SnapshotFile.check(file);
      console.show(
          Json.object(
              "file", file,
              "block", header.block().number(),
              "blockHash", header.block().hash(),
              "events", header.events(),
              "endedRequests", header.ended(),
              "root", root),
          () ->
              "%s: %s and %s up to block %s (%s), root %s"
                  .formatted(
                      file,
                      Amounts.count(header.events(), "event"),
                      Amounts.count(header.ended(), "ended request"),
                      Amounts.count(header.block().number()),
                      Amounts.brief(header.block().hash()),
                      root));
    } catch (StoreException e) {
      throw StoreTrouble.of(options.read().store(), e);
    } catch (IOException e) {
      throw Messages.at(file, e);
    }
    return 0;
  }
}
