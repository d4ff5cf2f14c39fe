package opml.cli.console;

import java.nio.file.Files;
import java.nio.file.Path;

/// The checkout that a command works on.
public final class CheckoutHome {
  private CheckoutHome() {}

  public static Path find() {
    String home = System.getProperty("opml.home");
    if (home == null || !Files.exists(Path.of(home, "pom.xml"))) {
      throw new Failure("this works on a checkout: start it by the launcher ./opml of one");
    }
    return Path.of(home);
  }
}
