package opml.lab.bench.vm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import opml.compiler.KernelCall;
import opml.compiler.Programs;
import opml.compiler.program.CompiledProgram;
import opml.kernels.catalog.KernelCatalog;
import opml.vm.checkpoint.CheckpointPolicy;
import opml.vm.checkpoint.Checkpoints;
import opml.vm.jit.JitMachine;
import opml.vm.state.MemoryImage;
import opml.vm.state.Program;

/// A dispute over a node of 2^36 instructions: an int8 product of the size of a large language model's layer, in half a
/// gigabyte of memory. The node is run once, leaving checkpoints; then a step of chance is narrowed in on, and each
/// move asks for the 15 states inside its interval.
///
/// @param forward seconds of the run that left the checkpoints
/// @param seconds of each move, the widest interval first
public record Moves(double forward, List<Double> seconds) {
  private static final int LENGTH_LOG2 = 36;
  private static final int MOVE_LOG2 = 4;
  private static final int REPORTS = 8;

  private static final int ROWS = 8192;
  private static final int COLUMNS = 4096;
  private static final int DEPTH = 384;

  public Moves {
    seconds = List.copyOf(seconds);
  }

  /// {@return seconds of the slowest move}
  public double slowest() {
    return seconds.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  /// @param folder for checkpoints that memory does not hold
  static Moves play(Path folder, Consumer<String> progress) {
    try (Checkpoints run = new Checkpoints(machine(), CheckpointPolicy.DEFAULT.in(folder))) {
      long begin = System.nanoTime();
      for (int part = 1; part <= REPORTS; part++) {
        long until = part * ((1L << LENGTH_LOG2) / REPORTS);
        if (run.at(until).halted()) {
          throw new IllegalStateException("the node has fewer than 2^36 instructions");
        }
        progress.accept(
            String.format(Locale.ROOT, "  %,d instructions, %d checkpoints", until, run.count()));
      }
      double forward = (System.nanoTime() - begin) / 1e9;
      SplittableRandom random = new SplittableRandom(7);
      List<Double> seconds = new ArrayList<>();
      long from = 0;
      for (int length = LENGTH_LOG2; length > 0; length -= MOVE_LOG2) {
        long part = 1L << length - MOVE_LOG2;
        long first = from;
        long[] indexes = LongStream.range(1, 1 << MOVE_LOG2).map(i -> first + i * part).toArray();
        begin = System.nanoTime();
        run.statesAt(indexes);
        seconds.add((System.nanoTime() - begin) / 1e9);
        from += random.nextInt(1 << MOVE_LOG2) * part;
      }
      run.discard();
      return new Moves(forward, seconds);
    }
  }

  private static JitMachine machine() {
    CompiledProgram program = Programs.of(KernelCatalog.byName("qlinear.matmul"));
    SplittableRandom random = new SplittableRandom(3);
    List<byte[]> segments = new ArrayList<>();
    segments.add(bytes(ROWS * DEPTH, random));
    segments.add(bytes(DEPTH * COLUMNS, random));
    segments.add(new byte[] {0, 0, 0, 0x40});
    segments.add(new byte[] {40, 0, 0, 0});
    segments.add(new byte[4 * COLUMNS]);
    segments.add(new byte[ROWS * COLUMNS]);
    long[] scalars = {ROWS, COLUMNS, DEPTH, 3, 0, -5, 0, 0, 0, 0};
    MemoryImage image = KernelCall.image(program, segments, scalars);
    return new JitMachine(Program.of(program.code(), image.depth()), image);
  }

  private static byte[] bytes(int count, SplittableRandom random) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }
}
