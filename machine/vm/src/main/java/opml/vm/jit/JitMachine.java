package opml.vm.jit;

import opml.vm.machine.Interpreter;
import opml.vm.state.MachineState;
import opml.vm.state.Memory;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;

/// An interpreter that runs hot code as translated [Region]s. It computes, and counts, what the interpreter does.
///
/// The interpreter runs until it arrives at a hot word or at the head of a region; a region runs until it is left, or
/// until its share of the budget might not do for the way to its next check. What is too little for a region at the end
/// of a run is interpreted, so that a run ends after exactly the steps asked for.
public final class JitMachine extends Interpreter {
  /// Steps interpreted in one call of the loop.
  private static final long SLICE = 100_000;

  private final Translation translation;
  private final long[] frame = new long[Region.FRAME];
  private long translatedSteps;

  /// A machine at the start of a program: everything 0 but the memory.
  public JitMachine(Program program, MemoryImage image) {
    this(program, new Memory(image), 0, new long[MachineState.REGISTERS]);
  }

  /// A machine that starts at `pc` with these registers. Translations made by earlier machines for the same program and
  /// memory are used again.
  public JitMachine(Program program, Memory memory, long pc, long[] registers) {
    this(program, memory, pc, registers, JitSettings.DEFAULT);
  }

  /// The same, tuned otherwise.
  public JitMachine(
      Program program, Memory memory, long pc, long[] registers, JitSettings settings) {
    this(program, memory, pc, registers, CodeCache.of(program, memory, settings));
  }

  JitMachine(Program program, Memory memory, long pc, long[] registers, Translation translation) {
    super(program, memory, pc, registers);
    this.translation = translation;
  }

  Translation translation() {
    return translation;
  }

  /// {@return how many steps were executed by translated code}
  public long translatedSteps() {
    return translatedSteps;
  }

  /// {@return the number of regions translated for this program and memory}
  public int regions() {
    return translation.count();
  }

  @Override
  protected long advance(long budget) {
    translation.enter();
    try {
      return runSome(budget);
    } finally {
      translation.leave();
    }
  }

  private long runSome(long budget) {
    int word = (int) (pc >>> 2);
    Region region = translation.at(word, x);
    if (region == null) {
      long count = interpret(Math.min(budget, SLICE), translation.hits(), translation.hot());
      translation.interpreted(count);
      return count;
    }
    long share = Math.min(budget, region.share());
    System.arraycopy(x, 0, frame, 0, x.length);
    frame[Region.BUDGET] = share;
    pc = region.run(frame);
    System.arraycopy(frame, 0, x, 0, x.length);
    long left = frame[Region.BUDGET];
    if (left == Region.WRONG_GUESS) {
      translation.generalise(word);
      return interpret(1, null, 0);
    }
    translatedSteps += share - left;
    // No step was made if the budget is shorter than the way to the region's first check.
    return left < share ? share - left : interpret(Math.min(share, SLICE), null, 0);
  }
}
