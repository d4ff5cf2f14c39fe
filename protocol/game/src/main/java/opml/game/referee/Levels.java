package opml.game.referee;

import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.game.claim.Claim;
import opml.game.move.LevelStart;

/// What the contract derives by itself about single steps: where a run starts, what lies under a step, what comes
/// back up, and what one instruction does. The referee knows states only by their hashes; this knows what they hash.
///
/// Where the contract would ask the caller for a preimage that nobody has, these throw
/// [RefusedException] with [Refusal#STATE_MISMATCH].
public interface Levels {

  /// {@return where the level-0 trace of a model on an input begins}
  ///
  /// @throws RefusedException with [Refusal#MODEL_UNKNOWN]
  LevelStart begin(Bytes32 modelId, Bytes32 inputRoot);

  /// {@return where the level-0 trace of a model on the request of a claim begins: with the claim's output in its slot,
  /// if the model's output is given}
  default LevelStart begin(Bytes32 modelId, Bytes32 inputRoot, Claim claim) {
    return begin(modelId, inputRoot);
  }

  /// {@return whether a claim on a model may say that its run ends like this: anyhow, unless the model's output is
  /// given; then it must have stopped}
  default boolean admits(Bytes32 modelId, Claim claim) {
    return true;
  }

  /// {@return where the trace of one step begins, one level below; empty if the program is over at `start`, so that the
  /// step changes nothing}
  Optional<LevelStart> refine(int level, Bytes32 context, long step, Bytes32 start);

  /// {@return E′: the state of `level` after `step`, if the trace one level below ends in `end`}
  Bytes32 image(int level, Bytes32 context, long step, Bytes32 start, Bytes32 end);

  /// {@return the state one step of the last level after `start`}
  Bytes32 execute(Bytes32 context, Bytes32 start);
}
