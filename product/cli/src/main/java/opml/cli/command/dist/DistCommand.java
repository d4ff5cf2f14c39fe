package opml.cli.command.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import opml.cli.console.CheckoutHome;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Table;
import opml.cli.option.ReportOption;
import opml.lab.dist.DistBench;
import opml.lab.dist.DistFigures;
import opml.lab.dist.DistSource;
import opml.lab.dist.Distribution;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Archive and container image.
@Command(
    name = "dist",
    description = {
      "Makes what is shipped: an archive with its own Java, and a container image.",
      "Both are made twice, of the jars of a build with all checks, and have to be the same bytes. A node out of the"
          + " image is started as an unprivileged user, without Docker, against a private chain; the contracts there"
          + " are deployed by the archive's launcher. The unit for systemd is looked at, too. Takes a minute or two, on"
          + " Linux; what it needs of tools and cannot find, it says."
    },
    exitCodeList = {
      "0:done, and everything was measured and is as it should be",
      "1:failed, or something is not as it should be, or was not measured",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {
      "  opml dist --report dist.json",
      "  opml dist --make-only --into ../opml-dist",
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class DistCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Console console;
  @Mixin private ReportOption report;

  @Option(
      names = "--into",
      paramLabel = "FOLDER",
      description = "Where archive and image are to lie (default: target/dist of the checkout).")
  private @Nullable Path into;

  @Option(names = "--make-only", description = "Make both, once, and try nothing.")
  private boolean makeOnly;

  @Override
  public Integer call() throws IOException {
    report.begin();
    Path home = CheckoutHome.find();
    Path folder = into == null ? home.resolve("target/dist") : into;
    DistSource source = new DistSource(home, build(), version());
    if (makeOnly) {
      Distribution made = Distribution.make(source, folder, console::note);
      Map<String, @Nullable Object> json =
          Json.object("archive", made.archive(), "image", made.image());
      console.show(json, () -> made.archive() + "\n" + made.image());
      report.end(json);
      return ExitCode.OK;
    }
    DistFigures figures = DistBench.run(source, folder, console::note);
    Map<String, @Nullable Object> json = json(figures);
    console.show(json, () -> text(figures, folder));
    report.end(json);
    return figures.reached() ? ExitCode.OK : ExitCode.FAILED;
  }

  private String version() {
    String words = spec.root().version()[0];
    return words.substring(words.lastIndexOf(' ') + 1);
  }

  /// {@return where the jar lies that runs this, with its libraries}
  private static Path build() {
    Path build = Path.of(System.getProperty("java.class.path")).toAbsolutePath().getParent();
    if (build == null || !Files.isDirectory(build.resolve("lib"))) {
      throw new Failure("this ships what was built: start it by the launcher ./opml of a checkout");
    }
    return build;
  }

  private static Map<String, @Nullable Object> json(DistFigures figures) {
    return Json.object(
        "dist",
        Json.object(
            "exposure", Double.isNaN(figures.exposure()) ? null : figures.exposure(),
            "identical", figures.identical(),
            "healthy", figures.healthy(),
            "archive_mb", figures.archiveMb(),
            "image_mb", figures.imageMb()),
        "notes",
        figures.notes());
  }

  private static String text(DistFigures figures, Path folder) {
    Table table = new Table("figure", "measured", "goal", "reached");
    double exposure = figures.exposure();
    boolean measured = !Double.isNaN(exposure);
    table.row(
        "exposure of the unit",
        measured ? "%.1f".formatted(exposure) : "not measured",
        "≤ %.1f".formatted(DistFigures.EXPOSURE_MOST),
        measured ? reached(exposure <= DistFigures.EXPOSURE_MOST) : "");
    table.row(
        "archive and image, made twice",
        figures.identical() ? "the same bytes" : "other bytes",
        "the same bytes",
        reached(figures.identical()));
    table.row(
        "a node out of the image, as an unprivileged user",
        figures
            .healthy()
            .map(healthy -> healthy ? "healthy" : "not healthy")
            .orElse("not measured"),
        "healthy",
        figures.healthy().map(DistCommand::reached).orElse(""));
    table.row("archive", megabytes(figures.archiveMb()), "", "");
    table.row("image", megabytes(figures.imageMb()), "", "");
    return "%s%s\nin %s\n".formatted(table, String.join("\n", figures.notes()), folder);
  }

  private static String reached(boolean reached) {
    return reached ? "yes" : "NO";
  }

  private static String megabytes(double size) {
    return String.format(Locale.ROOT, "%.1f MB", size);
  }
}
