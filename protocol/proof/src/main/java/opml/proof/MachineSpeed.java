package opml.proof;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import opml.compiler.KernelCall;
import opml.compiler.Programs;
import opml.compiler.program.CompiledProgram;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.PinnedPrograms;
import opml.kernels.catalog.ScalarValues;
import opml.vm.jit.Machines;
import opml.vm.machine.Machine;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;

/// How fast the machine is on this computer, by which whoever stakes a bond judges beforehand how long a replay may
/// take ([TimeLimits]).
///
/// The figure is tried out when it is first asked for, once a process, by a pinned program; every long replay is a
/// measurement after that. It is a cautious one: a replay that was slower counts at once, as far down as half of what
/// was believed, since a computer that slept for an hour says nothing; one that was faster counts an eighth.
///
/// Safe for many threads.
public final class MachineSpeed {
  /// Shorter replays tell more of HotSpot's compiler than of the machine.
  static final long LEAST_STEPS = 1L << 28;

  private static final int RISE_PART = 8;
  private static final long TRIAL_NANOS = 100_000_000;
  private static final long SLICE = 1L << 20;
  private static final long LEAST_SLICE_NANOS = 5_000_000;

  /// Of matrices whose product takes the machine some seconds, so that the trial's time ends it.
  private static final int SIDE = 256;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final MachineSpeed HERE = new MachineSpeed(MachineSpeed::trial);

  private final DoubleSupplier trial;
  private double stepsPerSecond;

  /// @param trial tells instructions a second, when it is first needed
  MachineSpeed(DoubleSupplier trial) {
    this.trial = trial;
  }

  /// {@return the speed on this computer}
  public static MachineSpeed here() {
    return HERE;
  }

  /// {@return instructions a second}
  public synchronized double stepsPerSecond() {
    if (stepsPerSecond == 0) {
      stepsPerSecond = trial.getAsDouble();
    }
    return stepsPerSecond;
  }

  /// Takes note of a replay, unless it was too short to say anything, or its clock stood still.
  synchronized void ran(long steps, double seconds) {
    if (steps < LEAST_STEPS || !(seconds > 0)) {
      return;
    }
    double seen = steps / seconds;
    double believed = stepsPerSecond();
    stepsPerSecond =
        seen < believed ? Math.max(seen, believed / 2) : believed + (seen - believed) / RISE_PART;
  }

  /// Multiplies matrices of floats, which programs of models do most, and by software: instructions of all sorts, and
  /// many branches. The best of many slices counts, since whatever disturbs one only makes it slower; the trial is too
  /// short for HotSpot to do its best, so that the first long replays raise the figure.
  private static double trial() {
    Kernel kernel = KernelCatalog.byName("matmul.f32");
    CompiledProgram program = Programs.of(kernel, PinnedPrograms.of(kernel));
    byte[] product = new byte[Float.BYTES * SIDE * SIDE];
    List<Long> scalars =
        new ScalarValues(kernel)
            .ints("batch m n k a b", 1, SIDE, SIDE, SIDE, 0, SIDE, 1, 0, SIDE, 1)
            .all();
    MemoryImage image =
        KernelCall.image(
            program,
            List.of(matrix(1), matrix(2), product),
            scalars.stream().mapToLong(Long::longValue).toArray());
    Machine machine = Machines.of(Program.of(program.code(), image.depth()), image);
    long begin = processorNanos();
    long now = begin;
    double best = 0;
    while (now - begin < TRIAL_NANOS) {
      long before = now;
      long steps = 0;
      // A slice lasts until the clock has moved a good deal: some clocks tick every few
      // milliseconds only.
      while (now - before < LEAST_SLICE_NANOS) {
        machine.run(SLICE);
        steps += SLICE;
        now = processorNanos();
      }
      best = Math.max(best, steps * 1e9 / (now - before));
    }
    return best;
  }

  /// {@return the time that this thread has had a processor for: what else a computer does while an agent starts, such
  /// as compiling its code, says little of a replay a day later}
  private static long processorNanos() {
    return THREADS.isCurrentThreadCpuTimeSupported()
        ? THREADS.getCurrentThreadCpuTime()
        : System.nanoTime();
  }

  private static byte[] matrix(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ByteBuffer values =
        ByteBuffer.allocate(Float.BYTES * SIDE * SIDE).order(ByteOrder.LITTLE_ENDIAN);
    while (values.hasRemaining()) {
      values.putFloat(random.nextFloat() - 0.5f);
    }
    return values.array();
  }
}
