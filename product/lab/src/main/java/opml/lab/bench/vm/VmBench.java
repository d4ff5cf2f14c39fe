package opml.lab.bench.vm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import opml.compiler.Measure;
import opml.ethereum.devchain.DevChain;
import opml.lab.bench.gas.GasFigures;
import opml.lab.bench.gas.StepGasBench;

/// Measures everything about the machine, one figure after the other.
public final class VmBench {
  private static final long SEED = 20260301;

  private VmBench() {}

  /// Measures. Takes about two minutes.
  ///
  /// @param progress is told what is being measured
  public static VmFigures run(Consumer<String> progress) {
    List<String> missing = new ArrayList<>();
    for (Tool tool : Tool.values()) {
      tool.missing().ifPresent(missing::add);
    }
    missing.forEach(progress);
    Path folder = temporary();
    try {
      List<Speed> speeds = new ArrayList<>();
      List<Agreement> agreements = new ArrayList<>();
      double warmUp = Double.NaN;
      if (Tool.GCC.missing().isEmpty()) {
        List<BenchGuest> guests =
            Stream.of(BenchGuest.Kind.values())
                .map(kind -> BenchGuest.compile(kind, kind.rounds(), folder))
                .toList();
        // First, while nothing else of this run is at work.
        progress.accept("warm-up: fresh JVMs");
        warmUp = guests.stream().mapToDouble(WarmUp::seconds).max().orElseThrow();
        for (BenchGuest guest : guests) {
          progress.accept("speed: " + guest.kind().title());
          speeds.add(Speed.measure(guest));
        }
        for (BenchGuest guest : guests) {
          progress.accept("agreement at random stops: " + guest.kind().title());
          agreements.add(Agreement.check(guest, SEED));
        }
      }
      progress.accept("instructions per multiply-accumulate");
      double int8 = Measure.int8InstructionsPerMac();
      double dense = Measure.floatInstructionsPerMac();
      progress.accept("Merkle root of 256 MiB, one core");
      MerkleSpeed merkle = MerkleSpeed.measure();
      progress.accept("a dispute over 2^36 instructions");
      Moves moves = Moves.play(folder.resolve("moves"), progress);
      progress.accept("gas of one step");
      return new VmFigures(
          speeds, agreements, warmUp, int8, dense, merkle, moves, gas(progress), missing);
    } finally {
      delete(folder);
    }
  }

  private static GasFigures gas(Consumer<String> progress) {
    try (DevChain chain = DevChain.start(DevChain.Options.DEFAULT.withProgress(progress))) {
      return new StepGasBench(chain).measure();
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("opml-bench");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
