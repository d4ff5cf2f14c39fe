package opml.game.work;

import java.util.Optional;
import opml.core.hash.Bytes32;

/// Does the work for the models that its owner has. Keeps what it computed, so that asking at every move is cheap.
public interface Workshop {
  /// {@return whether this workshop has a model now}; asked for one that it has not, it may go and get it
  default boolean knows(Bytes32 modelId) {
    return true;
  }

  /// {@return whether a model checks an output that a claim gives, instead of computing it}
  default boolean checksOutput(Bytes32 modelId) {
    return false;
  }

  /// {@return whether nothing bounds the time of a model's runs but that they are ended, since a stranger has made it}
  /// Such runs are made beside all others. Who ends one tells it ([#giveUp]).
  default boolean mayBeSlow(Bytes32 modelId) {
    return false;
  }

  /// {@return about how many bytes a run of a model takes while it is made; 0 if that does not count}
  default long runBytes(Bytes32 modelId) {
    return 0;
  }

  /// Hears that a run of a stranger's model was ended, because it took too long.
  default void giveUp(Bytes32 modelId, String why) {}

  /// {@return the run of a model on an input, or nothing if the owner does not have this model or refuses it as
  /// ill-formed} Of a model that checks its output, the run that checks the right one, which is found first.
  ///
  /// @param input the model's input bytes, trailing zeros left out or not
  /// @throws NoRoomException if such a run does not fit the memory of this process
  Optional<Work> work(Bytes32 modelId, byte[] input);

  /// {@return the same as [#work(Bytes32, byte[])], and tells on the way how far it is}
  default Optional<Work> work(Bytes32 modelId, byte[] input, Progress progress) {
    return work(modelId, input);
  }

  /// {@return the run of a model that checks an output, on an input and an output that somebody claims, or nothing if
  /// the owner does not have this model}
  ///
  /// @param output as claimed, trailing zeros left out or not
  /// @throws IllegalArgumentException if the model computes its output
  /// @throws NoRoomException if such a run does not fit the memory of this process
  default Optional<Work> check(Bytes32 modelId, byte[] input, byte[] output, Progress progress) {
    throw new IllegalArgumentException("model %s computes its output".formatted(modelId));
  }

  /// Hears how far a run is, on the thread that makes it.
  @FunctionalInterface
  interface Progress {
    /// @param step of level 0 that is next
    /// @param of so many steps at most
    void at(long step, long of);
  }
}
