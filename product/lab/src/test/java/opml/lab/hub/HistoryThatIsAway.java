package opml.lab.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFollower;
import opml.hub.EventHistory;

/// A history that cannot be reached now and then.
///
/// @param isAway whether it cannot now, in its only element
record HistoryThatIsAway(EventHistory history, boolean[] isAway) implements EventHistory {
  private EventHistory there() {
    if (isAway[0]) {
      throw new UncheckedIOException(new IOException("nobody answers"));
    }
    return history;
  }

  @Override
  public boolean keeps() {
    return true;
  }

  @Override
  public <T> LogFollower.Memory<T> memory(Function<LogEntry, T> keep) {
    return there().memory(keep);
  }

  @Override
  public void forEach(Consumer<LogEntry> hear) {
    there().forEach(hear);
  }

  @Override
  public boolean isPruned() {
    return there().isPruned();
  }

  @Override
  public void forward(BlockRef upTo, List<LogEntry> logs) {
    there().forward(upTo, logs);
  }

  @Override
  public void back(long upTo) {
    there().back(upTo);
  }

  @Override
  public Optional<BlockRef> finalised() {
    return there().finalised();
  }

  @Override
  public void finalise(BlockRef block) {
    there().finalise(block);
  }

  @Override
  public void prune(long before) {
    there().prune(before);
  }

  @Override
  public void clear() {
    there().clear();
  }
}
