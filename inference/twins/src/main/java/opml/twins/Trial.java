package opml.twins;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.catalog.Kernel;
import opml.twins.call.Twin;
import opml.twins.call.TwinCall;
import opml.twins.call.TwinCalls;

/// Compares a twin with its reference on a few small calls, before it is used: a processor, a JVM or an option that we
/// do not know may give other bits, or none.
final class Trial {
  /// Small, but with more of everything than a tile or a vector has.
  private static final String CONVOLUTION = "2 6 5 7 10 5 7 3 3 1 1 1 1 1 1 2";

  /// Windows that are single pixels.
  private static final String PIXELS = "2 261 5 7 34 5 7 1 1 1 1 0 0 1 1 1";

  /// Channels each for itself.
  private static final String APART = "2 3 5 19 3 5 19 3 3 1 1 1 1 1 1 3";

  private static final String POOLING = "3 6 7 3 4 3 3 2 2 1 1 1 1";

  /// Calls of a kernel that works on tokens.
  private static final int CASES = 30;

  private Trial() {}

  /// How a twin did.
  sealed interface Verdict {
    /// All bits were equal.
    record Equal() implements Verdict {}

    /// Some were not, or the twin failed.
    ///
    /// @param differs whether it gave other bits, which no twin of ours should
    record Refused(String reason, boolean differs) implements Verdict {}
  }

  /// {@return how the twin of a kernel compares}
  static Verdict of(Kernel kernel, Twin twin) {
    SplittableRandom random = new SplittableRandom(kernel.name().hashCode());
    try {
      if (kernel.segments().contains("tile")) {
        return TokenTrial.of(kernel, twin, CASES, random);
      }
      for (String scalars : scalars(kernel.name())) {
        for (boolean wild : new boolean[] {false, true}) {
          long[] call = parse(kernel, scalars);
          if (!equal(kernel, twin, call, random, wild)) {
            return new Verdict.Refused("its bits differ from the reference's", true);
          }
        }
      }
      return new Verdict.Equal();
    } catch (RuntimeException | LinkageError e) {
      return new Verdict.Refused("it failed: " + e, false);
    }
  }

  private static boolean equal(
      Kernel kernel, Twin twin, long[] scalars, SplittableRandom random, boolean wild) {
    TwinCall call = TwinCalls.of(kernel, scalars).orElseThrow();
    try (Arena arena = Arena.ofConfined()) {
      Sample sample =
          Sample.of(kernel, call.extents(), bytes -> arena.allocate(bytes, 64), random, wild);
      // With weights that are not known before, and with weights that are.
      List<Optional<Constant>> constants =
          new ArrayList<>(Collections.nCopies(kernel.segments().size(), Optional.empty()));
      boolean equal = true;
      for (int known = 0; known < 2; known++) {
        Optional<PreparedKernel> prepared = twin.prepare(scalars, constants);
        if (prepared.isPresent()) {
          MemorySegment scratch = arena.allocate(prepared.get().scratchBytes() + 1, 64);
          Sample expected =
              sample.before(prepared.get().overwrites(), bytes -> arena.allocate(bytes, 64));
          kernel.run(expected.segments(), scalars);
          prepared.get().run(sample.segments(), scratch, 0, prepared.get().units());
          equal &= expected.hasBytesOf(sample);
        }
        for (int i = 1; i < sample.inputs().size(); i++) {
          constants.set(i, Optional.of(Constant.of(sample.inputs().get(i))));
        }
      }
      return equal;
    }
  }

  private static long[] parse(Kernel kernel, String words) {
    String[] scalars = words.split(" ", -1);
    long[] raw = new long[scalars.length];
    for (int i = 0; i < raw.length; i++) {
      raw[i] =
          switch (kernel.scalars().get(i).type()) {
            case INT, LONG -> Long.parseLong(scalars[i]);
            case FLOAT -> Float.floatToIntBits(Float.parseFloat(scalars[i]));
          };
    }
    return raw;
  }

  private static List<String> scalars(String kernel) {
    return switch (kernel) {
      case "gemm.f32" -> List.of("7 19 300 300 1 19 1 0 1 1 1", "1 137 259 1 1 1 259 137 1 0.5 -3");
      case "matmul.f32" -> List.of("2 5 9 257 1285 257 1 0 9 1");
      case "conv2d.f32" ->
          List.of(
              CONVOLUTION,
              "1 30 4 4 3 2 2 3 3 2 2 1 1 1 1 1",
              // columns of windows that lie in the padding
              "1 2 6 9 3 6 2 1 2 1 4 1 5 3 1 1",
              PIXELS,
              APART,
              "1 3 9 21 3 5 11 3 3 2 2 1 1 1 1 3");
      case "add.f32", "mul.f32" ->
          List.of("2 3 2 21 126 42 21 1 126 42 21 1", "2 3 2 21 126 42 21 1 0 1 0 0");
      case "sub.f32", "div.f32", "min.f32", "max.f32" ->
          List.of("3 37 37 1 37 1", "3 37 37 1 1 0", "3 37 1 0 37 1", "1 77 0 1 0 2");
      case "relu.f32",
          "abs.f32",
          "neg.f32",
          "sqrt.f32",
          "reciprocal.f32",
          "exp.f32",
          "erf.f32",
          "tanh.f32",
          "sigmoid.f32",
          "gelu.f32",
          "gelu.tanh.f32" ->
          List.of("77", "1000");
      case "reduce.mean.f32", "reduce.sum.f32", "reduce.max.f32", "reduce.min.f32" ->
          List.of("5 53 1", "2 19 3");
      case "cast" -> List.of("77 6 1 0", "1000 6 1 0");
      case "dynamic.quantize" -> List.of("77", "3000");
      case "matmul.integer" ->
          List.of("1 7 19 300 0 0 1 0 0 0", "2 5 37 259 1295 0 0 1 0 1", "1 1 137 259 0 0 1 1 0 0");
      case "matmul.integer.scaled" ->
          List.of("1 7 37 300 0 0 1 0 0 0 0", "2 5 37 259 1295 0 0 1 0 1 1");
      case "normalize.f32" -> List.of("3 77 1 0 1 0.00001", "2 5 1 0 1 0");
      case "move.b4" ->
          List.of(
              "1 2 3 4 5 18 0 0 1080 360 90 18 1 0 0 1080 360 18 72 1",
              "1 1 1 2 37 21 3 0 0 0 777 1 37 5 0 0 0 777 21 1");
      case "gather.b1", "gather.b4" -> List.of("1 1 1 2 7 19 0 0 0 0 190 0 1 0 0 0 0 0 1 0 10 19");
      case "maxpool.f32" -> List.of(POOLING);
      case "averagepool.f32" -> List.of(POOLING + " 0", POOLING + " 1");
      case "globalaveragepool.f32" -> List.of("3 53");
      case "softmax.f32" -> List.of("3 37 1", "2 5 7");
      case "quantize", "dequantize" -> List.of("2 3 37 1 0", "2 3 37 0 1");
      case "qlinear.matmul" -> List.of("7 19 300 3 -128 5 1 0 0 0", "1 137 259 128 255 0 0 1 1 1");
      case "qlinear.conv2d" ->
          List.of(
              CONVOLUTION + " -128 3 5 1 0 0 0",
              CONVOLUTION + " 255 0 128 0 1 0 1",
              PIXELS + " 7 0 128 1 1 0 1",
              APART + " 7 3 5 0 1 0 0");
      case "linear.f32", "linear.f16", "linear.bf16" ->
          List.of("0 0 9 0 0 37 37 300", "1 0 2 19 3 16 50 257");
      default ->
          // of blocks, in every type
          kernel.startsWith("linear.")
              ? List.of("0 0 9 0 0 37 37 8", "1 0 2 19 3 16 50 16")
              : List.of();
    };
  }
}
