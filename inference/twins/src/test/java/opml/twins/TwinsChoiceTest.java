package opml.twins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import opml.core.simd.VectorModule;
import opml.engine.run.Constant;
import opml.engine.run.KernelProvider;
import opml.engine.run.PreparedKernel;
import opml.engine.tensor.Tensor;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.memory.Mem;
import opml.twins.call.Twin;
import opml.twins.tile.MachineTiles;
import opml.twins.tile.TileChoice;
import opml.twins.vector.VectorTwins;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What is chosen depends on the JVM and on a property, so most tests run [TwinsProbe] in JVMs of their own.
@Timeout(600)
class TwinsChoiceTest {
  /// That the probe makes, ...
  private static final int CALLS = 46;

  /// ... and of those where there is no machine tile.
  private static final int CALLS_IN_VECTORS = 32;

  private static final String MODULE = "--add-modules=" + VectorModule.NAME;

  @Test
  void theBestThatIsThereIsChosen() throws Exception {
    assertThat(probe("choice", MODULE)).contains("relu twin", "gemm twin");
    assertThat(probe("choice", MODULE, "-Dopml.kernels=vector")).contains("relu twin", "gemm twin");
    assertThat(probe("choice", MODULE, "-Dopml.kernels=reference"))
        .contains("relu reference", "gemm reference");
  }

  @Test
  void whereVectorCodeIsSlowTheReferenceIs() throws Exception {
    for (String slow : List.of("-Xint", "-XX:TieredStopAtLevel=1")) {
      assertThat(probe("choice", MODULE, slow))
          .as(slow)
          .contains("relu reference", "gemm reference");
    }
    assertThat(probe("choice")).contains("relu reference", "gemm reference");
  }

  @Test
  void withoutAnFmaWhatNeedsItIsTheReference() throws Exception {
    assertThat(probe("choice", MODULE, "-XX:-UseFMA")).contains("relu twin", "gemm reference");
  }

  @Test
  void aSettingThatIsUnknownIsRefused() {
    assertThat(Twins.flaw()).isEmpty();
    assertThatThrownBy(() -> Twins.provider("fastest"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("-Dopml.kernels=fastest: expected is one of reference, vector, tile, auto");
  }

  @Test
  void aSettingThatCannotBeMetIsWarnedOf() throws Exception {
    assertThat(probe("choice", "-Dopml.kernels=vector"))
        .anyMatch(line -> line.contains("WARNING: kernels: the reference"));
    assertThat(probe("choice", MODULE)).noneMatch(line -> line.contains("WARNING: "));
  }

  @Test
  void aRunAllocatesNothing() throws Exception {
    // The last has the machine tiles, if there are some.
    for (String option :
        List.of("-XX:UseAVX=2", "-XX:UseAVX=3", "--enable-native-access=ALL-UNNAMED")) {
      boolean hasTile =
          option.startsWith("--enable") && MachineTiles.best() instanceof TileChoice.Found;
      int calls = hasTile ? CALLS : CALLS_IN_VECTORS;
      List<String> none = callsThatAllocateNothing(option);
      if (none.size() < calls) {
        // HotSpot inlines in another order each time, and may box a vector once; what it always
        // boxes is ours to mend.
        none = Stream.concat(none.stream(), callsThatAllocateNothing(option).stream()).toList();
      }
      assertThat(none.stream().distinct().toList()).as(option).hasSizeGreaterThanOrEqualTo(calls);
    }
  }

  private static List<String> callsThatAllocateNothing(String option) throws Exception {
    return probe("allocation", MODULE, option).stream()
        .filter(line -> line.endsWith(": 0"))
        .toList();
  }

  @Test
  void aTwinOfOtherBitsIsRefused() {
    Kernel relu = KernelCatalog.byName("relu.f32");
    Twin wrong =
        (scalars, constants) ->
            Optional.of(
                (segments, scratch, from, to) -> {
                  relu.run(segments, scalars);
                  Mem.putI32(segments[1], 4 * (scalars[0] - 1), 1);
                  return 0;
                });
    assertThat(Trial.of(relu, wrong)).isInstanceOf(Trial.Verdict.Refused.class);

    PreparedKernel chosen =
        new TriedTwins(Map.of("relu.f32", wrong), true, KernelProvider.reference())
            .prepare(relu, new long[] {1}, unknown(relu));
    MemorySegment x = Tensor.allocate(4);
    MemorySegment y = Tensor.allocate(4);
    chosen.run(new MemorySegment[] {x, y}, Tensor.allocate(0), 0, 1);
    assertThat(Mem.i32(y, 0)).isZero();
  }

  @Test
  void aTwinThatFailsIsRefused() {
    Kernel relu = KernelCatalog.byName("relu.f32");
    Twin failing =
        (scalars, constants) -> {
          throw new IllegalStateException("it cannot");
        };
    assertThat(Trial.of(relu, failing))
        .isEqualTo(
            new Trial.Verdict.Refused(
                "it failed: java.lang.IllegalStateException: it cannot", false));
  }

  @Test
  void everyTwinPassesItsTrial() {
    VectorTwins.all(Optional.empty())
        .forEach(
            (name, twin) ->
                assertThat(Trial.of(KernelCatalog.byName(name), twin))
                    .as(name)
                    .isEqualTo(new Trial.Verdict.Equal()));
  }

  private static List<Optional<Constant>> unknown(Kernel kernel) {
    return Collections.nCopies(kernel.segments().size(), Optional.empty());
  }

  /// {@return the lines that the probe prints, on either stream}
  private static List<String> probe(String what, String... flags)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    // UseAVX is an option of x86 only
    command.add("-XX:+IgnoreUnrecognizedVMOptions");
    command.addAll(List.of(flags));
    command.addAll(
        List.of("-XX:-PrintWarnings", "-cp", classPath(), TwinsProbe.class.getName(), what));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines =
        process
            .inputReader()
            .lines()
            .filter(line -> !line.contains("Using incubator modules"))
            .toList();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as("%s: %s", command, lines).isZero();
    return lines;
  }

  private static String classPath() {
    return Stream.of(
            VectorModule.class, Kernel.class, KernelProvider.class, Twins.class, TwinsProbe.class)
        .map(TwinsChoiceTest::location)
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static String location(Class<?> type) {
    return new File(type.getProtectionDomain().getCodeSource().getLocation().getPath()).getPath();
  }
}
