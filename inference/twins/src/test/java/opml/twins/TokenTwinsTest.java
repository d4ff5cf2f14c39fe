package opml.twins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.engine.tensor.Tensor;
import opml.kernels.cases.KernelCases;
import opml.kernels.cases.KernelCases.Case;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.twins.call.Twin;
import opml.twins.tile.MachineTiles;
import opml.twins.tile.TileChoice;
import opml.twins.vector.TokenTwins;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every twin of a kernel that works on tokens against its reference, bit for bit, all operands compared.
class TokenTwinsTest {
  private static final int CALLS = Integer.getInteger("opml.twins.calls", 150);

  private static final Map<String, Twin> TWINS = TokenTwins.all(Optional.empty());

  static Stream<String> kernels() {
    return TWINS.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void twinGivesTheBitsOfTheReferenceOnTheCataloguesCalls(String name) {
    SplittableRandom random = random(name);
    Kernel kernel = KernelCatalog.byName(name);
    KernelCases cases = new KernelCases(random.nextLong());
    int taken = 0;
    for (int i = 0; i < CALLS; i++) {
      taken += compare(kernel, TWINS.get(name), cases.next(kernel), random) ? 1 : 0;
    }
    assertThat(taken).as("calls that the twin took").isGreaterThan(CALLS / 2);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void twinGivesTheBitsOfTheReferenceOnLongRows(String name) {
    tryLongRows(name, TWINS.get(name));
  }

  @Test
  void attentionAroundTheMachineTileGivesTheBitsOfTheReference() {
    switch (MachineTiles.best()) {
      case TileChoice.Found found -> {
        Map<String, Twin> twins = TokenTwins.all(Optional.of(found));
        tryLongRows("attention", twins.get("attention"));
      }
      case TileChoice.None(String reason) ->
          Assumptions.abort("NOT TESTED: no machine tile here: " + reason);
    }
  }

  private static void tryLongRows(String name, Twin twin) {
    SplittableRandom random = random(name);
    Kernel kernel = KernelCatalog.byName(name);
    int taken = 0;
    for (int i = 0; i < CALLS; i++) {
      taken += compare(kernel, twin, TokenCalls.any(kernel, random), random) ? 1 : 0;
    }
    assertThat(taken).as("calls that the twin took").isGreaterThan(CALLS / 2);
  }

  private static SplittableRandom random(String name) {
    long seed = Long.getLong("opml.twins.seed", System.nanoTime());
    System.out.println(name + ": -Dopml.twins.seed=" + seed);
    return new SplittableRandom(seed);
  }

  private static boolean compare(Kernel kernel, Twin twin, Case call, SplittableRandom random) {
    Optional<PreparedKernel> prepared = prepare(twin, call);
    if (prepared.isEmpty()) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment[] expected = TokenTrial.segments(call, arena);
      kernel.run(expected, call.scalars());
      MemorySegment[] segments = TokenTrial.segments(call, arena);
      if (random.nextInt(8) == 0) {
        int heap = random.nextInt(segments.length);
        segments[heap] = Tensor.allocate(segments[heap].byteSize()).copyFrom(segments[heap]);
      }
      for (int[] part : TwinsTest.cut(prepared.get().units(), random)) {
        MemorySegment scratch = arena.allocate(prepared.get().scratchBytes(), 64);
        scratch.fill((byte) random.nextInt());
        prepared.get().run(segments, scratch, part[0], part[1]);
      }
      for (int i = 0; i < segments.length; i++) {
        assertThat(segments[i].mismatch(expected[i]))
            .as("%s %s, operand %d", kernel, Arrays.toString(call.scalars()), i)
            .isEqualTo(-1);
      }
    }
    return true;
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void anOperandThatIsTooShortThrowsAsTheReferenceDoes(String name) {
    SplittableRandom random = random(name);
    Kernel kernel = KernelCatalog.byName(name);
    for (int i = 0; i < 40; i++) {
      TokenCalls calls = new TokenCalls(random, 3, 3, random.nextInt(20));
      Case call = calls.of(kernel, 32 * random.nextInt(1, 4));
      PreparedKernel prepared = prepare(TWINS.get(name), call).orElseThrow();
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment[] segments = TokenTrial.segments(call, arena);
        int victim = random.nextInt(1, segments.length);
        segments[victim] = segments[victim].asSlice(0, segments[victim].byteSize() - 1);
        MemorySegment scratch = arena.allocate(prepared.scratchBytes(), 64);
        assertThatThrownBy(() -> kernel.run(segments, call.scalars()))
            .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> prepared.run(segments, scratch, 0, prepared.units()))
            .as("%s %s, operand %d", kernel, Arrays.toString(call.scalars()), victim)
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void aTwinPassesItsTrial(String name) {
    assertThat(Trial.of(KernelCatalog.byName(name), TWINS.get(name)))
        .isEqualTo(new Trial.Verdict.Equal());
  }

  private static Optional<PreparedKernel> prepare(Twin twin, Case call) {
    List<Optional<Constant>> unknown =
        Collections.nCopies(call.segments().size(), Optional.empty());
    return twin.prepare(call.scalars(), unknown);
  }
}
