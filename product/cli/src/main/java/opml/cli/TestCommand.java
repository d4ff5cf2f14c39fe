package opml.cli;

import java.util.concurrent.Callable;
import opml.cli.console.Failure;
import picocli.CommandLine.Command;

/// What the launcher does with Maven and forge: known here so that it is explained as every other command is.
@Command(
    name = "test",
    description =
        "Builds with all checks and runs every test, as CI does: Java, Solidity, scenarios.",
    footer = {"  opml test"})
final class TestCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw new Failure("only ./opml tests");
  }
}
