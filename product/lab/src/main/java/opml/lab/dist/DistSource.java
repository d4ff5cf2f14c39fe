package opml.lab.dist;

import java.nio.file.Path;

/// What a distribution is made of.
///
/// @param home the checkout, of which documents and licence come
/// @param build a folder with the program, `opml.jar`, and in `lib` all that its manifest names
/// @param version of the program
public record DistSource(Path home, Path build, String version) {
  /// {@return what the archive unpacks to, and its name without the end}
  String name() {
    return "opml-%s-linux-%s".formatted(version, LinuxKind.ofThisMachine().containerWord());
  }
}
