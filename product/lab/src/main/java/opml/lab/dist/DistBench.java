package opml.lab.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import opml.lab.bench.BenchException;
import opml.lab.bench.TemporaryFolder;
import opml.lab.bench.checkout.Shell;

/// Makes the distribution, and tries whether it is what it should be.
public final class DistBench {
  private static final Pattern EXPOSURE =
      Pattern.compile("Overall exposure level for \\S+: ([0-9.]+)");
  private static final String UNIT = "docs/node/opml-node.service";
  private static final double MEGA = 1e6;

  private DistBench() {}

  /// Makes the distribution twice, starts what it made, and looks at the unit: some two minutes.
  ///
  /// @param into where the first stays
  /// @param progress hears what is done
  /// @throws BenchException if the distribution cannot be made, or its launcher does not work
  /// @throws IOException if something cannot be read or written
  public static DistFigures run(DistSource source, Path into, Consumer<String> progress)
      throws IOException {
    List<String> notes = new ArrayList<>();
    double exposure = exposure(source.home(), notes);
    Distribution made = Distribution.make(source, into, progress);
    boolean identical;
    try (TemporaryFolder again = TemporaryFolder.make()) {
      progress.accept("the same once more");
      identical = made.isSameAs(Distribution.make(source, again.path(), _ -> {}));
    }
    Optional<Boolean> healthy;
    try (TemporaryFolder work = TemporaryFolder.make()) {
      healthy = new ImageTrial(made, source.name(), work.path(), notes::add).run(progress);
    }
    return new DistFigures(
        exposure,
        identical,
        healthy,
        Files.size(made.archive()) / MEGA,
        Files.size(made.image()) / MEGA,
        notes);
  }

  private static double exposure(Path home, List<String> notes) {
    try {
      String told =
          Shell.output(
              home, List.of("systemd-analyze", "security", "--offline=true", "--no-pager", UNIT));
      Matcher exposure = EXPOSURE.matcher(told);
      if (exposure.find()) {
        return Double.parseDouble(exposure.group(1));
      }
      notes.add("NOT MEASURED: exposure of the unit; systemd-analyze says nothing of it");
    } catch (BenchException e) {
      notes.add("NOT MEASURED: exposure of the unit; " + e.getMessage());
    }
    return Double.NaN;
  }
}
