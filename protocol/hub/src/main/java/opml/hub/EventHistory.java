package opml.hub;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import opml.ethereum.chain.BlockRef;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFollower;

/// Where a [HubReader] keeps what it has read, so that a later one, of a later process, goes on from there instead of
/// from the deployment. The chain stays the truth: whoever loses all of it loses time.
///
/// A method may throw [java.io.UncheckedIOException] if nothing can be kept for now; the reader goes on by itself then.
/// Whatever else a method throws ends the look.
public interface EventHistory {
  /// Keeps nothing.
  EventHistory NONE = new NoHistory();

  /// {@return whether logs are kept at all, so that somebody has to hand them over as they are}
  boolean keeps();

  /// {@return what a follower goes on with; all that is behind it is forgotten}
  ///
  /// @param keep what the follower keeps of a log
  <T> LogFollower.Memory<T> memory(Function<LogEntry, T> keep);

  /// Tells of all logs that are kept, oldest first.
  void forEach(Consumer<LogEntry> hear);

  /// {@return whether [#prune] ever let go of anything}
  boolean isPruned();

  /// Keeps the logs of the blocks behind the newest block up to and including `upTo`.
  ///
  /// @param logs oldest first
  void forward(BlockRef upTo, List<LogEntry> logs);

  /// Forgets everything behind block `upTo`, which is not below [#finalised].
  void back(long upTo);

  /// {@return the newest block that is never undone}
  Optional<BlockRef> finalised();

  /// Says that a block, and so all before it, is never undone.
  ///
  /// @param block none behind the newest
  void finalise(BlockRef block);

  /// Lets go of the requests that are over, with all their claims and games, of which nothing is in block `before` or
  /// behind.
  ///
  /// @param before at most one behind the final block
  void prune(long before);

  /// Forgets everything: it is read again from the chain.
  void clear();
}
