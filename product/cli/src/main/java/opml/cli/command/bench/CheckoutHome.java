package opml.cli.command.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import opml.cli.console.Failure;

/// The checkout that a command measures.
final class CheckoutHome {
  private CheckoutHome() {}

  static Path find() {
    String home = System.getProperty("opml.home");
    if (home == null || !Files.exists(Path.of(home, "pom.xml"))) {
      throw new Failure("this measures a checkout: start it by the launcher ./opml of one");
    }
    return Path.of(home);
  }
}
