package opml.engine.commit;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import opml.core.hash.Bytes32;
import opml.core.merkle.PageHashes;
import opml.core.merkle.ZeroHashes;
import opml.core.parallel.AllCores;
import opml.engine.graph.Graph;
import opml.engine.graph.Slot;
import opml.engine.tensor.Tensor;

/// The page hashes of what a graph's slots hold before the first node, above all its weights: computed
/// once, for the model's identity and for every memory that holds a weight.
///
/// @param slots one for each slot; empty where the slot holds zeros
public record InitialHashes(List<Optional<PageHashes>> slots) {
  /// Hears how far the hashing has come.
  @FunctionalInterface
  public interface Progress {
    Progress NONE = (done, total) -> {};

    /// A tensor has been hashed. Several threads call it, one at a time.
    ///
    /// @param done bytes of the tensors that are done
    /// @param total bytes of all
    void hashed(long done, long total);
  }

  public InitialHashes {
    slots = List.copyOf(slots);
  }

  /// Hashes a graph's initial values, on all cores.
  public static InitialHashes of(Graph graph, Progress progress) {
    return of(
        graph,
        progress,
        (tensor, hashed) -> {
          PageHashes hashes = tensor.hashes();
          hashed.run();
          return hashes;
        });
  }

  /// Finds the hashes of a graph's initial values, of several at a time.
  ///
  /// @param finds the hashes of a tensor, and runs what it is given if it had to compute them
  static InitialHashes of(
      Graph graph, Progress progress, BiFunction<Tensor, Runnable, PageHashes> finds) {
    long total = bytes(graph);
    AtomicLong done = new AtomicLong();
    PageHashes[] hashes = new PageHashes[graph.slots().size()];
    AllCores.forEach(
        hashes.length,
        i -> {
          Slot slot = graph.slots().get(i);
          slot.initial()
              .ifPresent(
                  tensor -> {
                    Runnable hashed = () -> tell(progress, done.get() + slot.bytes(), total);
                    hashes[i] = finds.apply(tensor, hashed);
                    done.addAndGet(slot.bytes());
                  });
        });
    return new InitialHashes(Arrays.stream(hashes).map(Optional::ofNullable).toList());
  }

  private static void tell(Progress progress, long done, long total) {
    synchronized (progress) {
      progress.hashed(done, total);
    }
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
