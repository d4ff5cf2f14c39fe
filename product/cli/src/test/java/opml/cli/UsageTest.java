package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import opml.cli.console.ExitCode;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class UsageTest {
  @Test
  void everyCommandExplainsItselfWithAnExampleAndItsExitCodes() {
    List<CommandLine> all = new ArrayList<>();
    collect(Cli.commandLine(), all);
    assertThat(all).hasSizeGreaterThan(12);
    for (CommandLine command : all) {
      String name = command.getCommandSpec().qualifiedName();
      String[] words = (name + " --help").substring("opml ".length()).split(" ");
      CliRun help = CliRun.of((Object[]) words).succeeds();
      assertThat(help.out())
          .as(name)
          .contains("Usage: " + name, "Examples:\n  ", "Exit codes:", "--help");
      String[] own = command.getCommandSpec().usageMessage().footer();
      assertThat(help.out()).as("examples on whole lines, to paste").contains(own);
      if (command.getSubcommands().isEmpty()) {
        assertThat(String.join("\n", own)).as("an example of this command").contains(name);
        assertThat(command.getCommandSpec().findOption("--json")).as(name).isNotNull();
      }
    }
  }

  private static void collect(CommandLine command, List<CommandLine> all) {
    all.add(command);
    command.getSubcommands().values().forEach(sub -> collect(sub, all));
  }

  @Test
  void wrongUsageIsToldFromFailure() {
    for (String line :
        List.of(
            "",
            "chain",
            "model",
            "statuss",
            "vm run",
            "vm disassemble",
            "vm run a.elf b.elf",
            "vm run a.elf --steps many",
            "vm disassemble --kernel relu.f32 a.elf",
            "deploy",
            "deploy --key-file k --claim-bond -1",
            "deploy --key-file k --claim-bond 0.0000000000000000001",
            "withdraw --key-file k --to 0x12",
            "request --model m --input i --fee 1 --key-file k",
            "serve --key-file k --fetch-from ftp",
            "verify --model m")) {
      CliRun run = CliRun.of((Object[]) line.split(" "));
      assertThat(run.code()).as(line + ": " + run.err()).isEqualTo(ExitCode.USAGE);
      assertThat(run.err()).startsWith("opml: ");
      assertThat(run.err().lines().count()).isLessThanOrEqualTo(4);
      assertThat(run.out()).isEmpty();
    }
  }

  @Test
  void theVersionIsTheBuilds() {
    assertThat(CliRun.of("--version").succeeds().out())
        .matches("(?s)opml [0-9]+\\.[0-9]+\\.[0-9]+\\S*\nJava .*");
  }
}
