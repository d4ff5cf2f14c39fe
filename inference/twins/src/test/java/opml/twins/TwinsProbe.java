package opml.twins;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeSet;
import opml.engine.run.Constant;
import opml.engine.run.KernelProvider;
import opml.engine.run.PreparedKernel;
import opml.kernels.cases.KernelCases.Case;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.twins.call.TwinCalls;
import opml.twins.vector.TokenTwins;

/// What a JVM of its own does with the twins, printed.
final class TwinsProbe {
  private static final int RUNS_IN_A_ROW = 50;
  private static final long MOST_NANOS = 60_000_000_000L;

  private TwinsProbe() {}

  /// A call of each kernel that has all kinds of tiles and ends of rows.
  private static final List<String> CALLS =
      List.of(
          "gemm.f32 13 37 300 300 1 1 300 0 1 1065353216 1065353216",
          "gemm.f32 1 137 300 300 1 1 300 0 1 1065353216 1065353216",
          "matmul.f32 2 13 37 300 3900 300 1 0 37 1",
          "conv2d.f32 1 12 14 14 16 14 14 5 5 1 1 2 2 1 1 1",
          "conv2d.f32 1 4 14 14 4 14 14 3 3 1 1 1 1 1 1 4",
          "add.f32 1 1 8 777 0 0 777 1 0 0 1 0",
          "mul.f32 1 1 8 777 0 0 777 1 0 0 0 1",
          "relu.f32 5001",
          "maxpool.f32 8 28 28 14 14 2 2 2 2 0 0 1 1",
          "averagepool.f32 8 14 14 14 14 3 3 1 1 1 1 1 1 0",
          "globalaveragepool.f32 16 149",
          "softmax.f32 16 107 1",
          "softmax.f32 4 9 3",
          "normalize.f32 16 107 1 0 1 925353388",
          "matmul.integer.scaled 1 13 37 300 0 0 1 0 0 0 0",
          "matmul.integer.scaled 1 13 37 300 0 0 1 0 0 0 1",
          "quantize 1 8 777 1 0",
          "dequantize 1 8 777 1 1",
          "qlinear.matmul 13 37 300 3 -5 1 1 0 0 0",
          "qlinear.matmul 1 137 300 3 5 1 0 1 1 1",
          "qlinear.conv2d 1 12 14 14 16 14 14 5 5 1 1 2 2 1 1 1 3 -5 0 1 0 0 0",
          "qlinear.conv2d 1 4 14 14 4 14 14 3 3 1 1 1 1 1 1 4 3 0 0 1 1 0 1",
          "qlinear.conv2d 1 20 14 14 24 14 14 1 1 1 1 0 0 1 1 1 3 0 0 1 1 0 1",
          "linear.f32 0 0 7 5 3 137 150 300",
          "linear.f16 0 0 7 5 3 137 150 300",
          "linear.bf16 0 0 7 5 3 137 150 300",
          "linear.q80 0 0 7 5 3 137 150 16",
          "linear.q40 0 0 7 5 3 137 150 16",
          "linear.q41 0 0 7 5 3 137 150 16",
          "linear.q50 0 0 7 5 3 137 150 16",
          "linear.q51 0 0 7 5 3 137 150 16",
          "linear.iq4nl 0 0 7 5 3 137 150 16",
          "linear.q2k 0 0 7 5 3 137 150 16",
          "linear.q3k 0 0 7 5 3 137 150 16",
          "linear.q4k 0 0 7 5 3 137 150 16",
          "linear.q5k 0 0 7 5 3 137 150 16",
          "linear.q6k 0 0 7 5 3 137 150 16",
          "linear.iq2xxs 0 0 7 5 3 137 150 16",
          "linear.iq4xs 0 0 7 5 3 137 150 16");

  /// @param args `choice` to print what `relu.f32` and `gemm.f32` are, `allocation` to print what each twin allocates
  public static void main(String[] args) {
    switch (args[0]) {
      case "choice" -> {
        KernelProvider provider = Twins.provider();
        System.out.println("relu " + kind(provider, "relu.f32 5001"));
        System.out.println("gemm " + kind(provider, CALLS.getFirst()));
      }
      case "allocation" -> {
        KernelProvider provider = Twins.provider();
        boolean inVectors = !Twins.choice().name().equals("tile");
        String only = args.length > 1 ? args[1] : "";
        for (String call : CALLS) {
          if (call.startsWith(only) && (!inVectors || !boxesAtTimes(call))) {
            System.out.println(call + ": " + allocated(provider, call));
          }
        }
        for (String name : new TreeSet<>(TokenTwins.all(Optional.empty()).keySet())) {
          if (name.startsWith(only) && (!inVectors || !boxesAtTimes(name))) {
            System.out.println(name + ": " + allocatedOnTokens(provider, name));
          }
        }
      }
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  /// {@return whether HotSpot leaves an operation of the call's inner loop in vectors a call at times, which boxes
  /// them: known, and not mended (ROADMAP)}
  private static boolean boxesAtTimes(String call) {
    boolean isOfFloats =
        List.of("linear.f32", "linear.f16", "linear.bf16").contains(call.split(" ", -1)[0]);
    return call.equals("attention") || call.startsWith("linear.") && !isOfFloats;
  }

  private static String kind(KernelProvider provider, String call) {
    Kernel kernel = kernel(call);
    long[] scalars = scalars(call);
    List<Optional<Constant>> unknown =
        Collections.nCopies(kernel.segments().size(), Optional.empty());
    return provider.prepare(kernel, scalars, unknown).overwrites() ? "twin" : "reference";
  }

  private static long allocated(KernelProvider provider, String call) {
    Kernel kernel = kernel(call);
    long[] scalars = scalars(call);
    try (Arena arena = Arena.ofShared()) {
      Sample sample =
          Sample.of(
              kernel,
              TwinCalls.of(kernel, scalars).orElseThrow().extents(),
              bytes -> arena.allocate(bytes, 64),
              new SplittableRandom(1),
              false);
      List<Optional<Constant>> constants = new ArrayList<>();
      for (int i = 0; i < kernel.segments().size(); i++) {
        boolean known = i == 1 || List.of("w", "bZero").contains(kernel.segments().get(i));
        known &= i < sample.inputs().size();
        constants.add(known ? Optional.of(Constant.of(sample.inputs().get(i))) : Optional.empty());
      }
      PreparedKernel prepared = provider.prepare(kernel, scalars, constants);
      return allocated(prepared, sample.segments(), arena);
    }
  }

  /// Some rows of a hundred elements, where a model's may be.
  private static long allocatedOnTokens(KernelProvider provider, String name) {
    Kernel kernel = KernelCatalog.byName(name);
    Case call = new TokenCalls(new SplittableRandom(1), 4, 3, 40).of(kernel, 100);
    List<Optional<Constant>> unknown =
        Collections.nCopies(kernel.segments().size(), Optional.empty());
    try (Arena arena = Arena.ofShared()) {
      PreparedKernel prepared = provider.prepare(kernel, call.scalars(), unknown);
      return allocated(prepared, TokenTrial.segments(call, arena), arena);
    }
  }

  /// {@return the least bytes that this thread allocates in a number of runs}, after as many as HotSpot needs
  private static long allocated(PreparedKernel prepared, MemorySegment[] segments, Arena arena) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    MemorySegment scratch = arena.allocate(prepared.scratchBytes(), 64);
    long start = System.nanoTime();
    long least = Long.MAX_VALUE;
    while (least > 0 && System.nanoTime() - start < MOST_NANOS) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int run = 0; run < RUNS_IN_A_ROW; run++) {
        prepared.run(segments, scratch, 0, prepared.units());
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }

  private static Kernel kernel(String call) {
    return KernelCatalog.byName(call.split(" ", -1)[0]);
  }

  private static long[] scalars(String call) {
    String[] words = call.split(" ", -1);
    long[] scalars = new long[words.length - 1];
    for (int i = 0; i < scalars.length; i++) {
      scalars[i] = Long.parseLong(words[i + 1]);
    }
    return scalars;
  }
}
