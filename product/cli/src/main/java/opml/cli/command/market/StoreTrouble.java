package opml.cli.command.market;

import opml.cli.console.Failure;
import opml.cli.console.Messages;
import opml.node.config.NodeConfig.StorePart;

/// What is wrong with a node's store, in words that name it.
final class StoreTrouble {
  private StoreTrouble() {}

  /// {@return where a store is, without what is secret in a URL}
  static String place(StorePart part) {
    return switch (part) {
      case StorePart.InMemory() -> "memory";
      case StorePart.InFile(var file) -> file.toString();
      case StorePart.InPostgres(var url, _) -> url.replaceFirst("\\?.*", "");
    };
  }

  static Failure of(StorePart part, RuntimeException e) {
    String why = Messages.of(e);
    String told = why.contains(place(part)) ? why : place(part) + ": " + why;
    return Messages.isAboutAnArgument(e)
        ? Failure.misuse("[store]: " + told, e)
        : new Failure("[store]: " + told, e);
  }
}
