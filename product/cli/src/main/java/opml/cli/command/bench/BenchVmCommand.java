package opml.cli.command.bench;

import java.util.concurrent.Callable;
import opml.cli.console.Console;
import opml.cli.console.ExitCode;
import opml.cli.option.ReportOption;
import opml.lab.bench.vm.VmBench;
import opml.lab.bench.vm.VmFigures;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// The machine's figures.
@Command(
    name = "vm",
    description = {
      "Measures the machine beside qemu, and the gas of a step.",
      "Compiled and interpreted speed, warm-up, instructions per multiply-accumulate, Merkle roots, and a move of a"
          + " long dispute. qemu's figures need qemu-riscv64 and riscv64-unknown-elf-gcc; without them they are"
          + " left out."
    },
    exitCodeList = {
      "0:done, whether or not every goal was reached",
      "1:failed, or two machines differ",
      ExitCode.USAGE_HELP,
      ExitCode.INTERRUPTED_HELP,
      ExitCode.TERMINATED_HELP
    },
    footer = {"  opml bench vm", "  opml bench vm --report vm.json"})
@SuppressWarnings("NullAway.Init") // filled by picocli
public final class BenchVmCommand implements Callable<Integer> {
  @Mixin private Console console;

  @Mixin private ReportOption report;

  @Override
  public Integer call() {
    report.begin();
    VmFigures result = VmBench.run(console::note);
    VmFiguresView view = new VmFiguresView(result);
    console.show(view.json(), view::table);
    report.end(view.json());
    return result.right() ? 0 : 1;
  }
}
