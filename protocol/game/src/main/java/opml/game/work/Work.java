package opml.game.work;

import java.util.List;
import java.util.Optional;
import opml.core.codec.ShortBuffer;
import opml.core.hash.Bytes32;
import opml.core.hash.Keccak;
import opml.game.trace.Trace;

/// One run of a model on one input, and every witness that its owner can be asked for. A value: asked again, also after
/// a restart, it answers the same.
///
/// All witnesses are packed as `IHub` and `IGraphStep` describe them; proofs are `mask u64 ‖ siblings`.
public interface Work {
  /// More gas than a side needs in any game within the bounds of `spec/protocol.md` §1.4.
  long GAS_OF_ANY_SIDE = 2_500_000;

  /// {@return the level-0 trace; its single steps refine into traces of instructions}
  Trace trace();

  /// {@return what a claim of this run says}
  Result result();

  /// {@return a bound of the instructions that replaying a step may take}
  long replaySteps();

  /// {@return why a step that is disputed could not be replayed here, if it could not}
  default Optional<String> whyNotToReplay() {
    return Optional.empty();
  }

  /// {@return about how many bytes of memory this run keeps, what [#rest] gives back not counted where others bound it}
  default long keptBytes() {
    return 0;
  }

  /// {@return a bound of the gas that the server's side of a game about this run may need for all its moves and what
  /// settles them}
  long gasOfASide();

  /// {@return the output tensor's bytes, however many; empty if the run failed}
  default byte[] output() {
    return result().output();
  }

  /// {@return the output, with its length before it, or its root if a claim cannot carry it, and the proof of its root
  /// at the output slot under the final slots root; empty if the run failed}
  byte[] claimEvidence();

  /// {@return the initial root of the input slot and its proof under the model's initial slots root, which a challenge
  /// begins with; behind them the same of the output slot, the input being written, if the model's output is given}
  byte[] openingEvidence();

  /// {@return what `refine` needs besides the position's list, to open the trace of node `step` with these states}
  ///
  /// @param states the list that the move posts; empty if the program is over before the step
  Refinement refinement(long step, List<Bytes32> states);

  /// {@return what `execute` needs besides the position's list}
  ///
  /// @param path the refined step of each level above the last
  /// @param step of the last level
  Execution execution(List<Long> path, long step);

  /// Replays a step of level 0 in the machine.
  ///
  /// @return what the machine says otherwise than this run; nothing if it says the same
  default Optional<String> audit(long step) {
    return Optional.empty();
  }

  /// Gives back what only a dispute needs, such as the memories of machines. It comes back when asked for.
  default void rest() {}

  /// Has whoever asks a workshop for this run from now on get one that is made anew. It stays good for those who have
  /// it.
  default void retire() {}

  /// What a run comes to.
  ///
  /// @param status 0 ran to its end, 1 stopped, 2 failed
  /// @param slotsRoot root of the slots in the final state; zero if failed
  /// @param output the output tensor's bytes; empty if failed, or if there are more than a claim carries
  /// @param finalState the graph state that commits status and slots
  /// @param outputRoot what a claim says in place of an output that it cannot carry
  record Result(
      int status,
      Bytes32 slotsRoot,
      byte[] output,
      Bytes32 finalState,
      Optional<Bytes32> outputRoot) {
    /// A result whose output a claim carries.
    public Result(int status, Bytes32 slotsRoot, byte[] output, Bytes32 finalState) {
      this(status, slotsRoot, output, finalState, Optional.empty());
    }

    /// {@return the hash of what a claim says of the output}
    public Bytes32 outputHash() {
      return Keccak.hash(
          outputRoot.map(Bytes32::toArray).orElseGet(() -> ShortBuffer.trim(output)));
    }
  }

  /// The preimage of the graph state before the refined step, and the witness of `IGraphStep.link`, states and end
  /// included. The witness is empty if the status is not 0.
  record Refinement(int status, Bytes32 slotsRoot, byte[] witness) {}

  /// The preimage of the program, and the witness of `IStep.step`.
  record Execution(Bytes32 codeRoot, int codeDepth, int memDepth, byte[] witness) {}
}
