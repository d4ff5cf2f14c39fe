package opml.lab.chaos;

import java.util.List;
import java.util.Optional;

/// What a node is put through.
///
/// @param program that `opml` is, as a command without its words
/// @param seed of all that is left to chance
/// @param kills so often its process is killed
/// @param deletions so often, of these, its store is deleted before it starts again
/// @param store tables of the node's file that say where its store is, and the files that a deletion takes away
public record ChaosPlan(
    List<String> program, long seed, int kills, int deletions, StorePlace store) {
  public ChaosPlan {
    program = List.copyOf(program);
    if (kills < 0 || deletions < 0 || deletions > kills) {
      throw new IllegalArgumentException(
          "not a plan: %d kills, %d deletions".formatted(kills, deletions));
    }
  }

  /// Where the node keeps what it must not forget.
  ///
  /// @param name for people
  /// @param config a table of the node's file
  /// @param delete deletes everything that is kept; the node is not running then
  /// @param restart ends what keeps it as a crash would, and starts it again; nothing if the node keeps it itself
  public record StorePlace(
      String name, String config, Runnable delete, Optional<Runnable> restart) {}
}
