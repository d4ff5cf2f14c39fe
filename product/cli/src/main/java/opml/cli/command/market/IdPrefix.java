package opml.cli.command.market;

import java.util.List;
import java.util.Locale;
import opml.cli.console.Failure;
import opml.hub.Picture;
import opml.hub.Picture.SeenRequest;

/// An id, or its first digits: as `status` shows it, cut short, an id may be pasted too.
record IdPrefix(String digits) {
  /// @throws Failure if the text is no such thing
  static IdPrefix of(String text) {
    String digits = text.replaceFirst("…$", "").toLowerCase(Locale.ROOT);
    if (!digits.matches("0x[0-9a-f]{4,64}")) {
      throw Failure.misuse("ID " + text + ": expected is 0x and 4 to 64 hexadecimal digits");
    }
    return new IdPrefix(digits);
  }

  /// {@return whether an id begins with these digits}
  boolean begins(Object id) {
    return id.toString().startsWith(digits);
  }

  /// {@return the only request that begins with these digits}
  ///
  /// @throws Failure if there is none, or several
  SeenRequest only(Picture picture) {
    List<SeenRequest> found =
        picture.requests().values().stream().filter(seen -> begins(seen.id())).toList();
    if (found.isEmpty()) {
      throw new Failure("no request begins with " + digits + "; 'opml status' shows all");
    }
    if (found.size() > 1) {
      throw new Failure(
          "%d requests begin with %s, such as %s and %s; more digits tell them apart"
              .formatted(found.size(), digits, found.get(0).id(), found.get(1).id()));
    }
    return found.getFirst();
  }
}
