package opml.app.cli.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import opml.agent.devchain.DevChain;
import opml.app.cli.output.Console;
import opml.app.cli.output.Failure;
import opml.app.cli.output.Json;
import opml.app.cli.output.Messages;
import opml.app.conformance.riscv.ContractReferee;
import opml.app.conformance.riscv.RiscvCheck;
import opml.app.conformance.riscv.RiscvResult;
import opml.app.conformance.riscv.Runner;
import opml.app.conformance.riscv.StepReferee;
import opml.app.view.Amounts;
import opml.app.view.Table;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Runs a folder of executables on every machine.
@Command(
    name = "riscv",
    description = {
      "Runs every bare RV64IM executable in a folder on every machine, and sampled steps in the contract on a private",
      "chain, and compares. A program passes by ecall 93 with 0 in a0. Code must be linked below 2 MiB, without",
      "compressed instructions, CSRs and fence.i: that is all that the machine has (spec/machine.md)."
    },
    footer = {
      "  opml conformance riscv tests",
      "  opml conformance riscv tests --limit 1000000 --report riscv.json"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ConformanceRiscvCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Parameters(
      paramLabel = "DIR",
      description = "The folder; what is in folders inside is left alone.")
  private Path folder;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100000000",
      description = "Stop a program after this many instructions (default: ${DEFAULT-VALUE}).")
  private long limit;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "2000000",
      description =
          "Run programs of up to this many instructions in Step wholly (default: ${DEFAULT-VALUE}).")
  private long steps;

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "16",
      description = "Steps of each program to try singly (default: ${DEFAULT-VALUE}).")
  private int samples;

  @Option(
      names = "--no-contract",
      description = "Start no chain, and leave the contract out of the comparison.")
  private boolean noContract;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Repeat the samples of this seed (default: others each time).")
  private Optional<Long> seed;

  @Option(names = "--report", paramLabel = "FILE.json", description = "Write the results as JSON.")
  private Optional<Path> report;

  @Override
  public Integer call() {
    if (limit < 1 || steps < 0 || samples < 1) {
      throw new Failure("--limit and --samples: expected are at least 1; --steps: at least 0");
    }
    List<Path> files = files();
    report.ifPresent(file -> write(file, "{}\n"));
    List<RiscvResult> results;
    if (noContract) {
      results = check(files, Optional.empty());
    } else {
      try (DevChain chain = DevChain.start(DevChain.Options.DEFAULT.withProgress(console::note))) {
        results = check(files, Optional.of(new ContractReferee(chain)));
      }
    }
    show(results);
    return results.stream().allMatch(RiscvResult::ok) ? 0 : 1;
  }

  private List<Path> files() {
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> files = entries.filter(Files::isRegularFile).sorted().toList();
      if (files.isEmpty()) {
        throw new Failure(folder + ": there is no file in it; expected are RISC-V executables");
      }
      return files;
    } catch (IOException e) {
      throw Messages.at(folder, e);
    }
  }

  private List<RiscvResult> check(List<Path> files, Optional<StepReferee> contract) {
    long start = seed.orElseGet(System::nanoTime);
    console.note("seed " + start);
    RiscvCheck check = new RiscvCheck(Runner.all(steps), contract, limit, samples, start);
    Progress progress =
        new Progress(console, done -> "%d of %d files".formatted(done, files.size()));
    List<RiscvResult> results = new ArrayList<>();
    for (Path file : files) {
      try {
        results.add(check.check(file));
      } catch (IOException e) {
        throw Messages.at(file, e);
      }
      progress.at(results.size());
    }
    return results;
  }

  private void show(List<RiscvResult> results) {
    long passed = results.stream().filter(RiscvResult::ok).count();
    Map<String, @Nullable Object> json =
        Json.object(
            "files", results.stream().map(ConformanceRiscvCommand::json).toList(),
            "passed", passed,
            "total", results.size());
    report.ifPresent(file -> write(file, Json.line(json) + "\n"));
    console.show(json, () -> text(results, passed));
  }

  private static Map<String, @Nullable Object> json(RiscvResult result) {
    return Json.object(
        "file", result.file(),
        "ok", result.ok(),
        "verdict", result.verdict(),
        "message", result.message(),
        "instructions", result.steps(),
        "state", result.state(),
        "agreement", result.agreement(),
        "differences", result.differences());
  }

  private static String text(List<RiscvResult> results, long passed) {
    List<String> machines =
        results.stream().flatMap(r -> r.agreement().keySet().stream()).distinct().sorted().toList();
    List<String> header = new ArrayList<>(List.of("file", "verdict", "instructions"));
    header.addAll(machines);
    Table table = new Table(header.toArray(String[]::new));
    StringBuilder more = new StringBuilder();
    for (RiscvResult result : results) {
      List<Object> row = new ArrayList<>();
      row.add(result.file());
      row.add(result.verdict());
      row.add(Amounts.count(result.steps()));
      machines.forEach(machine -> row.add(result.agreement().getOrDefault(machine, "-")));
      table.row(row.toArray());
      if (!result.message().isEmpty()) {
        more.append("%s: %s%n".formatted(result.file(), result.message()));
      }
      result.differences().forEach(line -> more.append("%s: %s%n".formatted(result.file(), line)));
    }
    return "%s%s%d of %d pass and agree".formatted(table, more, passed, results.size());
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new Failure("--report " + file + ": cannot be written: " + e.getMessage(), e);
    }
  }
}
