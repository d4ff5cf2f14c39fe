package opml.cli.command.chain;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Console;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Problems;
import opml.cli.console.StopSignal;
import opml.cli.console.Table;
import opml.core.account.Address;
import opml.core.account.Wei;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.devchain.DevChain;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Runs the development chain in the foreground.
@Command(
    name = "up",
    description = {
      "Runs a development chain (anvil) on this machine, until Ctrl-C.",
      "With a state file it goes on where it ended. The file is replaced in one step every ten seconds and at the end,"
          + " so that it is always whole; what it held at the start stays beside it as FILE.previous,"
          + " and FILE.lock keeps a second chain away from it."
    },
    footer = {
      "  opml chain up --keys keys",
      "  opml chain up --keys keys --state chain.json --block-time 2"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ChainUpCommand implements Callable<Integer> {
  private static final Duration GLANCE = Duration.ofMillis(100);

  @Mixin private Console console;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8545",
      description =
          "Port on the loopback interface; 0 for any free one (default: ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--state",
      paramLabel = "FILE",
      description = "Keep the chain in this file from one run to the next.")
  private Optional<Path> state;

  @Option(
      names = "--block-time",
      paramLabel = "SECONDS",
      defaultValue = "1",
      description =
          "Seconds between blocks; 0 for a block with each transaction, so that the chain's time"
              + " stands still between them (default: ${DEFAULT-VALUE}).")
  private int blockTime;

  @Option(
      names = "--keys",
      paramLabel = "DIR",
      description =
          "Give every role an account with money there: deployer.key, requester.key, server.key and verifier.key,"
              + " readable by their owner only. Keys that are there already are kept.")
  private Optional<Path> keys;

  @Override
  public Integer call() {
    requireSane();
    try (StopSignal _ = StopSignal.open();
        DevChain dev = DevChain.start(options())) {
      announce(dev);
      watch(dev);
    }
    console.say("the chain has ended");
    return 0;
  }

  private void requireSane() {
    new Problems()
        .when(
            port < 0 || port > 65_535, "--port " + port + ": expected is a number from 0 to 65535")
        .when(blockTime < 0, "--block-time " + blockTime + ": expected are seconds, at least 0")
        .of(() -> state.ifPresent(ChainUpCommand::requireFolder))
        .fail();
  }

  private DevChain.Options options() {
    DevChain.Options options =
        DevChain.Options.DEFAULT
            .withPort(port)
            .withBlockTime(blockTime)
            .withProgress(console::note);
    return state.map(options::withState).orElse(options);
  }

  private static void requireFolder(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
      throw new Failure("--state " + file + ": its folder is not there or cannot be written to");
    }
  }

  private void announce(DevChain dev) {
    Map<String, Address> accounts =
        keys.map(folder -> new DevKeys(folder).accounts(dev)).orElse(Map.of());
    // Only a block after the funding shows it.
    BlockRef latest = dev.chain().latest();
    Table table = new Table("account", "address", "balance");
    List<Map<String, @Nullable Object>> objects = new ArrayList<>();
    accounts.forEach(
        (name, address) -> {
          Wei balance = dev.chain().balance(address, latest);
          table.row(name, address, balance);
          objects.add(Json.object("name", name, "address", address, "balance", balance));
        });
    console.show(
        Json.object(
            "url", dev.url(),
            "chainId", dev.chain().id(),
            "block", latest.number(),
            "accounts", objects),
        () ->
            "chain %d at %s, block %d; Ctrl-C ends it%n%s"
                .formatted(
                    dev.chain().id(),
                    dev.url(),
                    latest.number(),
                    accounts.isEmpty()
                        ? "no accounts were made: --keys DIR makes some"
                        : System.lineSeparator() + table));
  }

  private static void watch(DevChain dev) {
    try {
      while (dev.isAlive()) {
        Thread.sleep(GLANCE);
      }
    } catch (InterruptedException e) {
      // Asked to end. The flag stays clear, so that closing can wait for the state to be written.
      return;
    }
    if (Thread.interrupted()) {
      // Asked to end; another thread was faster at it.
      return;
    }
    throw new Failure("the chain ended by itself: " + lastLine(dev.output()));
  }

  private static String lastLine(String output) {
    return output.lines().reduce((_, last) -> last).orElse("it said nothing");
  }
}
