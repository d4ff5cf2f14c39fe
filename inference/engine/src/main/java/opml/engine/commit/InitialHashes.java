package opml.engine.commit;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.core.merkle.PageHashes;
import opml.core.merkle.ZeroHashes;
import opml.engine.graph.Graph;
import opml.engine.graph.Slot;

/// The page hashes of what a graph's slots hold before the first node, above all its weights: computed
/// once, for the model's identity and for every memory that holds a weight.
///
/// @param slots one for each slot; empty where the slot holds zeros
public record InitialHashes(List<Optional<PageHashes>> slots) {
  /// Hears how far the hashing has come.
  @FunctionalInterface
  public interface Progress {
    Progress NONE = (done, total) -> {};

    /// @param done bytes hashed so far
    /// @param total bytes to hash
    void hashed(long done, long total);
  }

  public InitialHashes {
    slots = List.copyOf(slots);
  }

  /// Hashes a graph's initial values, on all cores.
  public static InitialHashes of(Graph graph, Progress progress) {
    long total = bytes(graph);
    long done = 0;
    List<Optional<PageHashes>> hashes = new ArrayList<>();
    for (Slot slot : graph.slots()) {
      hashes.add(slot.initial().map(tensor -> PageHashes.of(tensor.data())));
      if (slot.initial().isPresent()) {
        done += slot.bytes();
        progress.hashed(done, total);
      }
    }
    return new InitialHashes(hashes);
  }

  /// {@return the bytes of all initial values}
  static long bytes(Graph graph) {
    return graph.slots().stream()
        .filter(slot -> slot.initial().isPresent())
        .mapToLong(Slot::bytes)
        .sum();
  }

  /// {@return the root of what a slot holds first}
  Bytes32 root(int slot, int depth) {
    return slots.get(slot).map(pages -> pages.root(depth)).orElseGet(() -> ZeroHashes.at(depth));
  }
}
