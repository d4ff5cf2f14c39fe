package opml.lab.hub;

import java.util.List;
import java.util.Optional;
import opml.core.hash.Bytes32;
import opml.game.move.LevelStart;
import opml.game.referee.Levels;
import opml.game.referee.Refusal;
import opml.game.referee.RefusedCallException;
import opml.game.trace.Trace;
import opml.game.work.Work;
import opml.vm.state.ProgramDescriptor;
import opml.vm.step.StepProof;

/// What the contract derives about single steps, looked up in the runs of all players: nothing else is ever posted.
final class KnownRuns implements Levels {
  /// A run, and the root of the input that it is of.
  record Run(Work work, Bytes32 inputRoot) {}

  private final List<Run> runs;

  /// The step about to be executed, which the contract reads off the witness.
  private long node;

  private long instruction;

  KnownRuns(List<Run> runs) {
    this.runs = List.copyOf(runs);
  }

  void aboutTo(long atNode, long atInstruction) {
    node = atNode;
    instruction = atInstruction;
  }

  @Override
  public LevelStart begin(Bytes32 modelId, Bytes32 inputRoot) {
    return runs.stream()
        .filter(run -> run.work().trace().context().equals(modelId))
        .filter(run -> run.inputRoot().equals(inputRoot))
        .map(run -> run.work().trace().opening())
        .findFirst()
        .orElseThrow(() -> new RefusedCallException(Refusal.MODEL_UNKNOWN, "no run of this"));
  }

  @Override
  public Optional<LevelStart> refine(int level, Bytes32 context, long step, Bytes32 start) {
    return below(step, start).stream().map(run -> refined(run, step).opening()).findFirst();
  }

  @Override
  public Bytes32 image(int level, Bytes32 context, long step, Bytes32 start, Bytes32 end) {
    return below(step, start).stream()
        .filter(run -> refined(run, step).at(refined(run, step).length()).equals(end))
        .map(run -> run.work().trace().at(step + 1))
        .findFirst()
        .orElseThrow(() -> new RefusedCallException(Refusal.STATE_MISMATCH, "nobody's end"));
  }

  @Override
  public Bytes32 execute(Bytes32 context, Bytes32 start) {
    for (Run run : runs) {
      Trace below = refined(run, node);
      if (instruction < below.length() && below.at(instruction).equals(start)) {
        Work.Execution execution = run.work().execution(List.of(node), instruction);
        ProgramDescriptor program =
            new ProgramDescriptor(
                execution.codeRoot(), execution.codeDepth(), execution.memDepth());
        return StepProof.verify(start, program, execution.witness()).hash();
      }
    }
    throw new RefusedCallException(Refusal.STATE_MISMATCH, "nobody's state");
  }

  private List<Run> below(long step, Bytes32 start) {
    return runs.stream().filter(run -> run.work().trace().at(step).equals(start)).toList();
  }

  private static Trace refined(Run run, long step) {
    return run.work().trace().refine(step).orElseThrow();
  }
}
