package opml.cli.command.market;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.core.codec.Printable;
import opml.ethereum.chain.BlockRef;
import opml.hub.EventSubjects;
import opml.store.StoreException;
import opml.store.snapshot.SnapshotFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Reads a snapshot into a store.
@Command(
    name = "import",
    description = {
      "Fills a node's store, in which nothing was read yet, with what another node had read; the node must not run.",
      "The file's root must be that of its rows and its block one of the chain's; ids are computed anew. What is at"
          + " stake is compared with the hub when the node runs, as always. The ledger begins behind the file's block."
    },
    footer = {"  opml node snapshot import hub.snapshot --config node.toml"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class NodeImportCommand implements Callable<Integer> {
  @Mixin private Console console;
  @Mixin private ConfigOption options;

  @Parameters(paramLabel = "FILE", description = "What 'opml node snapshot export' wrote.")
  private Path file;

  @Override
  public Integer call() {
    try (NodeOwner node = NodeOwner.open(options.read(), console)) {
      SnapshotFile.Header header = SnapshotFile.check(file);
      requireOnChain(node, header.block());
      requireEmpty(node);
      SnapshotFile.read(node.store(), file, new EventSubjects(node.chain().deployment())::of);
      console.show(
          Json.object(
              "file", file,
              "block", header.block().number(),
              "blockHash", header.block().hash(),
              "events", header.events(),
              "endedRequests", header.ended()),
          () ->
              "%s and %s up to block %s are in %s"
                  .formatted(
                      Amounts.count(header.events(), "event"),
                      Amounts.count(header.ended(), "ended request"),
                      Amounts.count(header.block().number()),
                      StoreTrouble.place(node.config().store())));
    } catch (StoreException.Foreign e) {
      throw Failure.misuse(Printable.line(String.valueOf(e.getMessage())), e);
    } catch (StoreException e) {
      throw StoreTrouble.of(options.read().store(), e);
    } catch (IOException e) {
      throw Messages.at(file, e);
    }
    return 0;
  }

  private void requireOnChain(NodeOwner node, BlockRef block) {
    boolean isThere =
        node.chain()
            .chain()
            .block(block.number())
            .filter(one -> one.hash().equals(block.hash()))
            .isPresent();
    if (!isThere) {
      throw Failure.misuse(
          "%s: it ends with block %s (%s), which the chain does not have"
              .formatted(file, Amounts.count(block.number()), block.hash()));
    }
  }

  private static void requireEmpty(NodeOwner node) {
    long position = node.store().projection().position();
    if (position >= node.store().identity().firstBlock()) {
      throw new Failure(
          "[store]: %s has got to block %s; a snapshot fills only a store in which nothing was read yet"
              .formatted(StoreTrouble.place(node.config().store()), Amounts.count(position)));
    }
  }
}
