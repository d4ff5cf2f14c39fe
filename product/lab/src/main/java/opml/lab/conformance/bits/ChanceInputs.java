package opml.lab.conformance.bits;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import opml.engine.commit.Model;
import opml.engine.graph.Port;
import opml.engine.plan.GraphRunner;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.HalfFloats;
import opml.engine.tensor.Tensor;

/// Inputs of chance, which are the same everywhere. Floats are ordinary numbers, and now and then one below the normal
/// ones; bytes are any bytes.
///
/// What whole numbers mean nobody says: they may be words, or a mask, where all but 0 and 1 make nonsense of the rest.
/// So they are small, unless more of them leave all that comes out numbers.
final class ChanceInputs {
  /// Below what whole numbers are: words of a vocabulary, or flags.
  private static final int MANY = 1000;

  private static final int FEW = 2;

  /// One float in so many is below the normal ones.
  private static final int RARE = 64;

  private static final float SMALL = 0x1p-140f;

  private static final Set<ElementType> WHOLE =
      Collections.unmodifiableSet(
          EnumSet.of(
              ElementType.I16,
              ElementType.U16,
              ElementType.I32,
              ElementType.U32,
              ElementType.I64,
              ElementType.U64));

  private ChanceInputs() {}

  /// {@return what the whole numbers of each input are less than, such that what comes of an input is numbers}
  static SortedMap<String, Integer> ranges(Model model, GraphRunner runner, long seed) {
    SortedMap<String, Integer> below = new TreeMap<>();
    List<Port.Part> parts =
        model.graph().input().parts().stream().filter(part -> WHOLE.contains(part.type())).toList();
    parts.forEach(part -> below.put(part.name(), FEW));
    for (Port.Part part : parts) {
      below.put(part.name(), MANY);
      MemorySegment input = input(model, new SplittableRandom(seed), below);
      if (!isOfNumbers(model, runner.run(input))) {
        below.put(part.name(), FEW);
      }
    }
    return below;
  }

  private static boolean isOfNumbers(Model model, GraphRunner.Result result) {
    return switch (result) {
      case GraphRunner.Result.Failed _ -> false;
      case GraphRunner.Result.Finished(Tensor output) ->
          model.graph().output().unpack(output.data()).values().stream()
              .allMatch(ChanceInputs::isOfNumbers);
    };
  }

  private static boolean isOfNumbers(Tensor values) {
    if (values.type().isFloat()) {
      for (int i = 0; i < values.shape().count(); i++) {
        if (!Double.isFinite(values.real(i))) {
          return false;
        }
      }
    }
    return true;
  }

  /// {@return the next input of a model}
  ///
  /// @param below what the whole numbers of inputs are less than
  static MemorySegment input(Model model, SplittableRandom random, Map<String, Integer> below) {
    MemorySegment input = Tensor.allocate(model.descriptor().inputBytes());
    for (Port.Part part : model.graph().input().parts()) {
      int size = part.type().bytes();
      for (long at = part.offset(); at < part.end(); at += size) {
        put(input, at, part.type(), random, below.getOrDefault(part.name(), FEW));
      }
    }
    return input;
  }

  private static void put(
      MemorySegment input, long at, ElementType type, SplittableRandom random, int below) {
    switch (type) {
      case F32 -> input.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, number(random));
      case F64 -> input.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, at, number(random));
      case F16 ->
          input.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, HalfFloats.binary16(number(random)));
      case BF16 ->
          input.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, HalfFloats.bfloat16(number(random)));
      case BOOL -> input.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt(FEW));
      case I16, U16 ->
          input.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) random.nextInt(below));
      case I32, U32 -> input.set(ValueLayout.JAVA_INT_UNALIGNED, at, random.nextInt(below));
      case I64, U64 -> input.set(ValueLayout.JAVA_LONG_UNALIGNED, at, random.nextInt(below));
      default -> input.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt());
    }
  }

  private static float number(SplittableRandom random) {
    float number = (float) random.nextGaussian();
    return random.nextInt(RARE) == 0 ? SMALL : number;
  }
}
