package opml.hub;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFollower;

/// Keeps nothing: for whoever looks once, or has no place.
final class NoHistory implements EventHistory {
  @Override
  public boolean keeps() {
    return false;
  }

  @Override
  public <T> LogFollower.Memory<T> memory(Function<LogEntry, T> keep) {
    return LogFollower.Memory.nothing();
  }

  @Override
  public void forEach(Consumer<LogEntry> hear) {}

  @Override
  public boolean isPruned() {
    return false;
  }

  @Override
  public void forward(BlockRef upTo, List<LogEntry> logs) {}

  @Override
  public void back(long upTo) {}

  @Override
  public Optional<BlockRef> finalised() {
    return Optional.empty();
  }

  @Override
  public void finalise(BlockRef block) {}

  @Override
  public void prune(long before) {}

  @Override
  public void clear() {}
}
