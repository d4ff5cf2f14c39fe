package opml.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFollower;
import opml.hub.Deployment;
import opml.hub.EventHistory;
import opml.hub.EventSubjects;
import opml.store.EventOrder;
import opml.store.Payment;
import opml.store.Projection;
import opml.store.StoreException;
import opml.store.StoredEvent;

/// What a reader of the hub has read, in a store. What a store does not take because nodes contradict themselves is
/// their fault, and not the store's.
public final class StoredHistory implements EventHistory {
  private static final int PAGE = 1000;

  /// Says what money events move, to be kept with them.
  public interface Books {
    /// Keeps no books.
    Books NONE =
        new Books() {
          @Override
          public List<Payment> payments(BlockRef upTo, List<StoredEvent> events) {
            return List.of();
          }

          @Override
          public void back(long upTo) {
            // There is nothing to take back.
          }
        };

    /// {@return what moves in the blocks behind those that are kept, up to and including `upTo`}
    ///
    /// @param events of these blocks, oldest first
    List<Payment> payments(BlockRef upTo, List<StoredEvent> events);

    /// Hears that everything behind a block is about to be forgotten.
    void back(long upTo);
  }

  private final Projection projection;
  private final EventSubjects subjects;
  private final Books books;

  /// A history without books.
  ///
  /// @param projection that nobody else writes to
  public StoredHistory(Projection projection, Deployment deployment) {
    this(projection, deployment, Books.NONE);
  }

  /// @param projection that nobody else writes to
  public StoredHistory(Projection projection, Deployment deployment, Books books) {
    this.projection = projection;
    this.subjects = new EventSubjects(deployment);
    this.books = books;
  }

  @Override
  public boolean keeps() {
    return true;
  }

  @Override
  public <T> LogFollower.Memory<T> memory(Function<LogEntry, T> keep) {
    return asked(() -> projection.memory(keep));
  }

  @Override
  public void forEach(Consumer<LogEntry> hear) {
    long block = -1;
    long index = -1;
    while (true) {
      long fromBlock = block;
      long fromIndex = index;
      List<StoredEvent> page = asked(() -> projection.after(fromBlock, fromIndex, PAGE));
      page.forEach(event -> hear.accept(event.log()));
      if (page.size() < PAGE) {
        return;
      }
      block = page.getLast().block();
      index = page.getLast().index();
    }
  }

  @Override
  public boolean isPruned() {
    return asked(() -> !projection.ended(0, Long.MAX_VALUE).isEmpty());
  }

  @Override
  public void forward(BlockRef upTo, List<LogEntry> logs) {
    done(
        () -> {
          EventOrder order = new EventOrder(projection.position(), upTo);
          List<StoredEvent> events =
              logs.stream()
                  .map(log -> new StoredEvent(log, subjects.of(log)))
                  .filter(event -> follows(order, event))
                  .toList();
          projection.append(upTo, events, books.payments(upTo, events));
        });
  }

  /// One log that has no place must not keep anybody from the others.
  private static boolean follows(EventOrder order, StoredEvent event) {
    try {
      order.check(event);
      return true;
    } catch (StoreException.Misfit | IllegalArgumentException e) {
      return false;
    }
  }

  @Override
  public void back(long upTo) {
    done(
        () -> {
          books.back(upTo);
          projection.undo(upTo);
        });
  }

  @Override
  public Optional<BlockRef> finalised() {
    return asked(projection::finalised);
  }

  @Override
  public void finalise(BlockRef block) {
    done(() -> projection.finalise(block));
  }

  @Override
  public void prune(long before) {
    done(() -> projection.prune(before));
  }

  @Override
  public void clear() {
    done(projection::clear);
  }

  private static void done(Runnable change) {
    boolean _ =
        asked(
            () -> {
              change.run();
              return true;
            });
  }

  private static <T> T asked(Supplier<T> question) {
    try {
      return question.get();
    } catch (StoreException.Misfit e) {
      throw new ChainException.Malformed("the node contradicts itself: " + e.getMessage());
    } catch (StoreException.Unavailable | StoreException.Full | StoreException.Unusable e) {
      throw new UncheckedIOException(new IOException(e.getMessage(), e));
    }
  }
}
