package opml.twins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.engine.run.Residence;
import opml.engine.tensor.ElementType;
import opml.engine.tensor.Shape;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.twins.call.Twin;
import opml.twins.call.TwinCalls;
import opml.twins.tile.MachineTiles;
import opml.twins.tile.TileChoice;
import opml.twins.tile.TileTwins;
import opml.twins.vector.VectorTwins;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every twin against its reference, bit for bit.
class TwinsTest {
  private static final int CALLS = Integer.getInteger("opml.twins.calls", 150);

  static Stream<String> kernels() {
    return VectorTwins.all(Optional.empty()).keySet().stream().sorted();
  }

  static Stream<String> kernelsOfTheTile() {
    return tiles().keySet().stream().sorted();
  }

  private static Map<String, Twin> tiles() {
    return TileTwins.all(found());
  }

  private static TileChoice.Found found() {
    return switch (MachineTiles.best()) {
      case TileChoice.Found found -> found;
      case TileChoice.None(String reason) ->
          Assumptions.abort("NOT TESTED: no machine tile here: " + reason);
    };
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void twinGivesTheBitsOfTheReferenceOnRandomCalls(String name) {
    tryOut(name, VectorTwins.all(Optional.empty()), false);
  }

  @ParameterizedTest
  @MethodSource("kernelsOfTheTile")
  void machineTileGivesTheBitsOfTheReferenceOnRandomCalls(String name) {
    tryOut(name, tiles(), true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"gemm.f32", "matmul.f32", "conv2d.f32", "matmul.integer", "qlinear.conv2d"})
  void floatsAroundTheMachineTileGiveTheBitsOfTheReferenceOnRandomCalls(String name) {
    Map<String, Twin> twins = VectorTwins.all(Optional.of(found()));
    tryOut(name, twins, false);
    tryOut(name, twins, true);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aConvolutionThatBoundsItsOutputsGivesTheBitsOfBothKernels(boolean tiles) {
    Map<String, Twin> twins = VectorTwins.all(tiles ? Optional.of(found()) : Optional.empty());
    long seed = Long.getLong("opml.twins.seed", System.nanoTime());
    System.out.println("bounds: -Dopml.twins.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    int taken = 0;
    for (int i = 0; i < CALLS; i++) {
      taken += compareWithBounds(twins.get("conv2d.f32"), random) ? 1 : 0;
    }
    assertThat(taken).as("calls that took another along").isGreaterThan(CALLS / 4);
  }

  private static boolean compareWithBounds(Twin twin, SplittableRandom random) {
    Kernel kernel = KernelCatalog.byName("conv2d.f32");
    long[] scalars = RandomCalls.of(kernel, random);
    long[] extents = TwinCalls.of(kernel, scalars).orElseThrow().extents();
    if (Arrays.stream(extents).anyMatch(bytes -> bytes < 1)) {
      return false;
    }
    Sample sample = Sample.of(kernel, extents, Tensor::allocate, random, random.nextInt(2) == 0);
    List<Optional<Constant>> constants = new ArrayList<>();
    for (int i = 0; i < extents.length; i++) {
      boolean constant = i == 1 || i == 2;
      constants.add(constant ? Optional.of(Constant.of(sample.inputs().get(i))) : Optional.empty());
    }
    Optional<PreparedKernel> prepared = twin.prepare(scalars, constants);
    if (prepared.isEmpty()) {
      return false;
    }
    PreparedKernel all = prepared.get();
    Sample expected = sample.before(true, Tensor::allocate);
    kernel.run(expected.segments(), scalars);
    MemorySegment y = expected.output();
    int count = (int) (y.byteSize() / Float.BYTES);
    boolean any = false;
    for (int more = random.nextInt(1, 4); more > 0; more--) {
      String name = List.of("relu.f32", "max.f32", "min.f32").get(random.nextInt(3));
      Kernel then = KernelCatalog.byName(name);
      boolean first = random.nextBoolean();
      MemorySegment number = Tensor.allocate(Float.BYTES);
      float[] bounds = {0f, -0f, 6f, -3f, Float.NaN, Float.NEGATIVE_INFINITY, random.nextFloat()};
      number.set(ValueLayout.JAVA_FLOAT, 0, bounds[random.nextInt(bounds.length)]);
      boolean isRelu = name.equals("relu.f32");
      long[] numbers =
          isRelu ? new long[] {count} : new long[] {1, count, 0, first ? 0 : 1, 0, first ? 1 : 0};
      Optional<Constant> bound = Optional.of(Constant.of(number));
      List<Optional<Constant>> known =
          isRelu
              ? List.of(Optional.empty(), Optional.empty())
              : List.of(
                  first ? bound : Optional.empty(),
                  first ? Optional.empty() : bound,
                  Optional.empty());
      Optional<PreparedKernel> both = all.then(then, numbers, known);
      if (both.isEmpty()) {
        break;
      }
      all = both.get();
      any = true;
      MemorySegment result = Tensor.allocate(y.byteSize());
      then.run(
          isRelu
              ? new MemorySegment[] {y, result}
              : new MemorySegment[] {first ? number : y, first ? y : number, result},
          numbers);
      y = result;
    }
    for (int[] part : cut(all.units(), random)) {
      MemorySegment scratch = Tensor.allocate(all.scratchBytes());
      all.run(sample.segments(), scratch, part[0], part[1]);
    }
    assertThat(sample.output().mismatch(y)).as(Arrays.toString(scalars)).isEqualTo(-1);
    return any;
  }

  /// @param known whether all operands but the first are constant
  private static void tryOut(String name, Map<String, Twin> twins, boolean known) {
    long seed = Long.getLong("opml.twins.seed", System.nanoTime());
    System.out.println(name + ": -Dopml.twins.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    Kernel kernel = KernelCatalog.byName(name);
    int taken = 0;
    for (int i = 0; i < CALLS; i++) {
      long[] scalars = RandomCalls.of(kernel, random);
      try (Arena arena = Arena.ofConfined()) {
        taken += compare(kernel, twins.get(name), scalars, random, arena, known) ? 1 : 0;
      }
    }
    // The tile leaves convolutions of single pixels, of channels apart, and those of few products,
    // to vectors: it takes some 45 of 150.
    int least = name.equals("qlinear.conv2d") ? CALLS / 6 : CALLS / 2;
    assertThat(taken).as("calls that the twin took").isGreaterThan(least);
  }

  private static boolean compare(
      Kernel kernel,
      Twin twin,
      long[] scalars,
      SplittableRandom random,
      Arena arena,
      boolean known) {
    LongFunction<MemorySegment> onHeap = Tensor::allocate;
    LongFunction<MemorySegment> offHeap = bytes -> arena.allocate(bytes, 64);
    LongFunction<MemorySegment> somewhere =
        bytes -> (random.nextInt(4) == 0 ? onHeap : offHeap).apply(bytes);
    long[] extents = TwinCalls.of(kernel, scalars).orElseThrow().extents();
    for (int i = 0; i < extents.length; i++) {
      extents[i] = Math.max(extents[i], 0);
    }
    Sample sample = Sample.of(kernel, extents, somewhere, random, random.nextInt(3) == 0);
    List<Optional<Constant>> constants = new ArrayList<>();
    for (MemorySegment input : sample.inputs()) {
      boolean constant =
          known ? !constants.isEmpty() : isWeight(kernel, constants.size()) || random.nextBoolean();
      constants.add(constant ? Optional.of(constant(input, random)) : Optional.empty());
    }
    constants.add(Optional.empty());
    Optional<PreparedKernel> prepared = twin.prepare(scalars, constants);
    if (prepared.isEmpty()) {
      return false;
    }
    Sample expected = sample.before(prepared.get().overwrites(), Tensor::allocate);
    kernel.run(expected.segments(), scalars);
    MemorySegment[] segments = sample.segments().clone();
    for (int i = 0; i < segments.length; i++) {
      // What a kernel does not read may be anything.
      segments[i] = prepared.get().reads(i) ? segments[i] : MemorySegment.NULL;
    }
    // Weights may come into memory when they are used again.
    int times = kernel.name().startsWith("linear.") ? 3 : 1;
    for (int time = 0; time < times; time++) {
      for (int[] part : cut(prepared.get().units(), random)) {
        MemorySegment scratch = somewhere.apply(prepared.get().scratchBytes());
        prepared.get().run(segments, scratch, part[0], part[1]);
      }
      String what = "%s %s, time %d".formatted(kernel, Arrays.toString(scalars), time);
      assertThat(expected.hasBytesOf(sample)).as(what).isTrue();
    }
    return true;
  }

  /// A constant that stays in memory, or does later, or does not.
  private static Constant constant(MemorySegment bytes, SplittableRandom random) {
    Shape shape = Shape.of(Math.toIntExact(bytes.byteSize()));
    Residence[] all = Residence.values();
    return Constant.of(new Tensor(ElementType.U8, shape, bytes), all[random.nextInt(all.length)]);
  }

  /// Parts of the units, in any order.
  static List<int[]> cut(int units, SplittableRandom random) {
    List<int[]> parts = new ArrayList<>();
    int from = 0;
    while (from < units) {
      int to = random.nextBoolean() ? units : Math.min(units, from + 1 + random.nextInt(units));
      parts.add(new int[] {from, to});
      from = to;
    }
    Collections.shuffle(parts, new Random(random.nextLong()));
    return parts;
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void anOperandThatIsTooShortThrowsAsTheReferenceDoes(String name) {
    long seed = System.nanoTime();
    System.out.println(name + ": seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    Kernel kernel = KernelCatalog.byName(name);
    Twin twin = VectorTwins.all(Optional.empty()).get(name);
    for (int i = 0; i < 40; i++) {
      long[] scalars = RandomCalls.of(kernel, random);
      long[] extents = TwinCalls.of(kernel, scalars).orElseThrow().extents();
      int victim = random.nextInt(extents.length);
      if (extents[victim] < 1) {
        continue;
      }
      extents[victim] -= 1;
      Sample sample = Sample.of(kernel, ceil(extents), Tensor::allocate, random, false);
      MemorySegment[] segments = sample.segments();
      segments[victim] = segments[victim].asSlice(0, extents[victim]);
      List<Optional<Constant>> constants = new ArrayList<>();
      for (MemorySegment segment : segments) {
        boolean weight = isWeight(kernel, constants.size());
        constants.add(weight ? Optional.of(Constant.of(segment)) : Optional.empty());
      }
      Optional<PreparedKernel> prepared = twin.prepare(scalars, constants);
      if (prepared.isEmpty() || !throwsByItself(kernel, segments, scalars)) {
        continue;
      }
      MemorySegment scratch = Tensor.allocate(prepared.get().scratchBytes());
      assertThatThrownBy(() -> prepared.get().run(segments, scratch, 0, prepared.get().units()))
          .as("%s %s without the end of operand %d", name, Arrays.toString(scalars), victim)
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  /// {@return whether it is a weight, without which a twin does not take the call}
  private static boolean isWeight(Kernel kernel, int operand) {
    String name = kernel.segments().get(operand);
    return kernel.name().startsWith("linear.") && name.equals("w")
        || kernel.name().startsWith("matmul.integer") && (name.equals("b") || name.equals("bZero"));
  }

  /// {@return whether the reference does: not if there are fewer tokens than there may be}
  private static boolean throwsByItself(Kernel kernel, MemorySegment[] segments, long[] scalars) {
    try {
      kernel.run(segments, scalars);
      return false;
    } catch (IndexOutOfBoundsException e) {
      return true;
    }
  }

  private static long[] ceil(long[] extents) {
    return Arrays.stream(extents).map(bytes -> (bytes + 7) / 8 * 8).toArray();
  }
}
