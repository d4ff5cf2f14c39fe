package opml.core.parallel;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Independent work on all cores that fails as it would on one: with what the first item threw that threw anything, and
/// with that very exception. A parallel stream throws that of any item, or a copy of it, whose message is another.
public final class AllCores {
  private AllCores() {}

  private record Failure(int item, Throwable thrown) {}

  /// Does the work of the items 0 to `count - 1`, in any order.
  ///
  /// @param work for many threads; throws what it likes, and items behind one that threw may be left out
  public static void forEach(int count, IntConsumer work) {
    AtomicReference<@Nullable Failure> first = new AtomicReference<>();
    IntStream.range(0, count)
        .parallel()
        .forEach(
            item -> {
              Failure known = first.get();
              if (known == null || item < known.item()) {
                work(work, item, first);
              }
            });
    Failure failure = first.get();
    if (failure == null) {
      return;
    }
    switch (failure.thrown()) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  private static void work(IntConsumer work, int item, AtomicReference<@Nullable Failure> first) {
    try {
      work.accept(item);
    } catch (Throwable e) { // whatever it is, the caller gets it
      Failure failure = new Failure(item, e);
      first.accumulateAndGet(
          failure, (old, now) -> old == null || now == null || now.item() < old.item() ? now : old);
    }
  }
}
