package opml.game.work;

import java.util.Optional;
import opml.core.hash.Bytes32;

/// Does the work for the models that its owner has. Keeps what it computed, so that asking at every move is cheap.
public interface Workshop {
  /// {@return whether this workshop has a model now}; asked for one that it has not, it may go and get it
  default boolean knows(Bytes32 modelId) {
    return true;
  }

  /// {@return the run of a model on an input, or nothing if the owner does not have this model or refuses it as
  /// ill-formed}
  ///
  /// @param input exactly the model's input bytes
  /// @throws NoRoomException if such a run does not fit the memory of this process
  Optional<Work> work(Bytes32 modelId, byte[] input);

  /// {@return the same as [#work(Bytes32, byte[])], and tells on the way how far it is}
  default Optional<Work> work(Bytes32 modelId, byte[] input, Progress progress) {
    return work(modelId, input);
  }

  /// Hears how far a run is, on the thread that makes it.
  @FunctionalInterface
  interface Progress {
    /// @param step of level 0 that is next
    /// @param of so many steps at most
    void at(long step, long of);
  }
}
