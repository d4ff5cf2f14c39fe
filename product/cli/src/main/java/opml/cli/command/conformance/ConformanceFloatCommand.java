package opml.cli.command.conformance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.lab.conformance.floats.FloatFunction;
import opml.lab.conformance.floats.FloatReport;
import opml.lab.conformance.floats.Miss;
import opml.lab.conformance.floats.RandomRun;
import opml.lab.conformance.floats.TestFloatRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Soft-float against TestFloat's lines or this machine's floats.
@Command(
    name = "float",
    description = {
      "Compares the soft-float with lines of Berkeley TestFloat, or with this computer's floats.",
      "A line is 'a b result flags'. It runs natively and compiled for the machine; flags are read and not compared."
          + " With --random, cases are made here, and this computer's floats are the measure. Rounding is to nearest"
          + " even; a NaN must be the canonical one."
    },
    exitCodeList = {
      "0:done, and all lines are right",
      "1:failed, or a result is wrong",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {
      "  testfloat_gen -rnear_even f32_mulAdd | opml conformance float f32_mulAdd -",
      "  opml conformance float f32_add cases.txt",
      "  opml conformance float --random 1000000000 --function f32_add --seed 7"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ConformanceFloatCommand implements Callable<Integer> {
  private static final int BUFFER_CHARS = 1 << 16;

  @Spec private CommandSpec spec;
  @Mixin private Console console;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FUNCTION",
      description = "TestFloat's name of the function, such as f32_add.")
  private Optional<String> named;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FILE",
      description = "TestFloat's lines; - is the standard input.")
  private Optional<Path> file;

  @Option(
      names = "--random",
      paramLabel = "N",
      description = "Compare N random cases, and all special ones, with this computer's floats.")
  private Optional<Long> random;

  @Option(
      names = "--function",
      paramLabel = "NAME",
      description = "With --random: only this function (default: all).")
  private Optional<String> only;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "With --random: repeat the cases of this seed (default: another each time).")
  private Optional<Long> seed;

  @Option(
      names = "--machine-cases",
      paramLabel = "N",
      defaultValue = "100000",
      description =
          "With --random: run up to so many special and random cases on the machine (default: ${DEFAULT-VALUE}).")
  private long onMachine;

  @Override
  public Integer call() {
    if (random.isPresent()) {
      return random(random.get()) ? 0 : 1;
    }
    if (named.isEmpty() || file.isEmpty()) {
      throw misused("expected is FUNCTION and FILE, or --random N; functions: " + names());
    }
    FloatReport report = lines(function(named.get()), file.get());
    show(report, 0);
    return report.passes() ? 0 : 1;
  }

  private boolean random(long cases) {
    if (cases < 0 || onMachine < 0) {
      throw new Failure("--random and --machine-cases: expected are numbers of cases, at least 0");
    }
    if (file.isPresent() || (named.isPresent() && only.isPresent())) {
      throw new Failure("--random takes one function at most and no file");
    }
    Optional<String> name = only.or(() -> named);
    List<FloatFunction> functions =
        name.isPresent() ? List.of(function(name.get())) : List.of(FloatFunction.values());
    long start = seed.orElseGet(System::nanoTime);
    console.note("seed " + start);
    int threads = Runtime.getRuntime().availableProcessors();
    boolean passes = true;
    for (FloatFunction function : functions) {
      Progress progress =
          new Progress(
              console,
              done ->
                  "%s: %s of %s random cases"
                      .formatted(function.label(), Amounts.count(done), Amounts.count(cases)));
      FloatReport report =
          new RandomRun(function, start).run(cases, onMachine, threads, progress::at);
      show(report, start);
      passes &= report.passes();
    }
    return passes;
  }

  private FloatReport lines(FloatFunction function, Path path) {
    boolean standard = path.toString().equals("-");
    String name = standard ? "standard input" : path.toString();
    Progress progress =
        new Progress(console, done -> "%s: %s lines".formatted(name, Amounts.count(done)));
    try (InputStream in = standard ? InputStream.nullInputStream() : Files.newInputStream(path)) {
      Reader bytes = new InputStreamReader(standard ? System.in : in, StandardCharsets.ISO_8859_1);
      return new TestFloatRun(function, name)
          .run(new BufferedReader(bytes, BUFFER_CHARS), progress::at);
    } catch (IOException e) {
      throw Messages.at(path, e);
    }
  }

  private FloatFunction function(String name) {
    return FloatFunction.named(name)
        .orElseThrow(() -> misused("'%s' is not among the functions: %s".formatted(name, names())));
  }

  private ParameterException misused(String why) {
    return new ParameterException(spec.commandLine(), why);
  }

  private static String names() {
    return FloatFunction.names();
  }

  private void show(FloatReport report, long start) {
    console.show(
        Json.object(
            "function", report.function().label(),
            "special", report.special(),
            "cases", report.random(),
            "onMachine", report.onMachine(),
            "skipped", report.skipped(),
            "passed", random.isPresent() ? null : report.random() - report.misses(),
            "misses", report.misses(),
            "first", report.first(),
            "seed", random.isPresent() ? start : null,
            "seconds", report.seconds()),
        () -> text(report));
  }

  private String text(FloatReport report) {
    StringBuilder text =
        new StringBuilder(
            "%s: %s; %s, %s on the machine, %s"
                .formatted(
                    report.function().label(),
                    report.passes() ? "passes" : "FAILS, misses: " + Amounts.count(report.misses()),
                    random.isPresent()
                        ? "%s special and %s random cases"
                            .formatted(
                                Amounts.count(report.special()), Amounts.count(report.random()))
                        : Amounts.count(report.random(), "line"),
                    Amounts.count(report.onMachine()),
                    Amounts.seconds(report.seconds())));
    if (report.skipped() > 0) {
      text.append(
          "; %s skipped: invalid conversions, which IEEE 754 leaves open"
              .formatted(Amounts.count(report.skipped(), "line")));
    }
    for (Miss miss : report.first()) {
      text.append("\n  ").append(miss);
    }
    return text.toString();
  }
}
