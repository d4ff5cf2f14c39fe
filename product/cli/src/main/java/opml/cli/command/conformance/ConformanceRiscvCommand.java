package opml.cli.command.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import opml.cli.console.Amounts;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.console.Failure;
import opml.cli.console.Json;
import opml.cli.console.Messages;
import opml.cli.console.Table;
import opml.ethereum.devchain.DevChain;
import opml.lab.conformance.riscv.RiscvCheck;
import opml.lab.conformance.riscv.RiscvResult;
import opml.lab.conformance.riscv.Runner;
import opml.lab.conformance.riscv.TestFolder;
import opml.lab.conformance.step.ContractReferee;
import opml.lab.conformance.step.StepReferee;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Runs a folder of executables on every machine.
@Command(
    name = "riscv",
    description = {
      "Runs every bare RV64IM executable of a folder on all machines, and compares.",
      "Sampled steps also run in the contract on a private chain. A program passes by ecall 93 with"
          + " 0 in a0. Code must be linked within the 2 MiB above 0 or above a multiple of 1 GiB"
          + " (such as 0x80000000), without compressed instructions, CSRs and fence.i: that is all"
          + " that the machine has (spec/machine.md). What is no ELF file, and not named .elf, is"
          + " skipped, and so are folders."
    },
    exitCodeList = {
      "0:done, and all machines agree",
      "1:failed, or a program ends otherwise on one of the machines",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {
      "  opml conformance riscv tests",
      "  opml conformance riscv tests --limit 1000000 --report riscv.json"
    })
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class ConformanceRiscvCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Parameters(paramLabel = "DIR", description = "The folder; folders inside are skipped.")
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
          "Run programs of up to this many instructions in Step wholly (default:"
              + " ${DEFAULT-VALUE}).")
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
    TestFolder tests = tests();
    List<Path> files = tests.executables();
    report.ifPresent(file -> write(file, "{}\n"));
    List<RiscvResult> results;
    if (noContract) {
      results = check(files, Optional.empty());
    } else {
      try (DevChain chain = DevChain.start(DevChain.Options.DEFAULT.withProgress(console::note))) {
        results = check(files, Optional.of(new ContractReferee(chain)));
      }
    }
    show(results, tests.skipped());
    return results.stream().allMatch(RiscvResult::ok) ? 0 : 1;
  }

  private TestFolder tests() {
    try {
      TestFolder tests = TestFolder.of(folder);
      if (tests.executables().isEmpty()) {
        throw Failure.misuse(
            "%s: there is no executable in it, %d other entries; expected are RISC-V ELF files"
                .formatted(folder, tests.skipped().size()));
      }
      return tests;
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

  private void show(List<RiscvResult> results, Map<Path, String> skipped) {
    Map<String, String> others = new LinkedHashMap<>();
    skipped.forEach((file, why) -> others.put(String.valueOf(file.getFileName()), why));
    long passed = results.stream().filter(RiscvResult::ok).count();
    Map<String, @Nullable Object> json =
        Json.object(
            "files",
            results.stream().map(ConformanceRiscvCommand::json).toList(),
            "skipped",
            others,
            "passed",
            passed,
            "total",
            results.size());
    report.ifPresent(file -> write(file, Json.line(json) + "\n"));
    console.show(json, () -> text(results, others, passed));
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

  private static String text(List<RiscvResult> results, Map<String, String> skipped, long passed) {
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
    skipped.forEach((file, why) -> more.append("%s: skipped: %s%n".formatted(file, why)));
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
