package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class UsageTest {
  /// Commands without a result that a program would read as JSON.
  private static final Set<String> TEXT_ONLY =
      Set.of("opml help", "opml completion", "opml build", "opml test");

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
          .contains("Usage: " + name, "Examples:\n  ", "Exit codes:", "--help")
          .contains("  130   ", "  143   ");
      String[] own = command.getCommandSpec().usageMessage().footer();
      assertThat(help.out()).as("examples on whole lines, to paste").contains(own);
      if (command.getSubcommands().isEmpty()) {
        assertThat(String.join("\n", own)).as("an example of this command").contains(name);
        assertThat(command.getCommandSpec().findOption("--json") == null)
            .as(name)
            .isEqualTo(TEXT_ONLY.contains(name));
      }
    }
  }

  private static void collect(CommandLine command, List<CommandLine> all) {
    all.add(command);
    command.getSubcommands().values().forEach(sub -> collect(sub, all));
  }

  @Test
  void theFirstLineOfADescriptionIsAWholeShortSentence() {
    List<CommandLine> all = new ArrayList<>();
    collect(Cli.commandLine(), all);
    for (CommandLine command : all) {
      String first = command.getCommandSpec().usageMessage().description()[0];
      assertThat(first)
          .as(command.getCommandSpec().qualifiedName())
          .matches("[A-Z][^\\n]*[^.]\\.")
          .hasSizeLessThan(130);
    }
  }

  @Test
  void theLinesOfAnExplanationAreSentencesAndFormatsThatPicocliCanRead() {
    List<CommandLine> all = new ArrayList<>();
    collect(Cli.commandLine(), all);
    for (CommandLine command : all) {
      CommandSpec spec = command.getCommandSpec();
      requireReadable(spec.qualifiedName(), spec.usageMessage().description());
      spec.args().forEach(arg -> requireReadable(spec.qualifiedName(), arg.description()));
    }
  }

  /// Each is a line of its own in the terminal, whatever its width; one with a wrong format is shown with a warning.
  private static void requireReadable(String command, String... lines) {
    for (String line : lines) {
      assertThat(line.formatted().strip()).as(command).matches("(?s).*[.:!?)]");
    }
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
            "verify --model m",
            "help nonsense",
            "help chain down",
            "help demo more",
            "build --slow",
            "test --fast",
            "completion fish")) {
      CliRun.of((Object[]) line.split(" ")).isMisusedWith();
    }
  }

  @Test
  void everyWayToAskForHelpGivesTheSameHelp() {
    String all = CliRun.of("--help").succeeds().out();
    assertThat(all).contains("  build  ", "  test  ", "  completion  ");
    assertThat(CliRun.of("help").succeeds().out()).isEqualTo(all);
    assertThat(CliRun.of().succeeds().out()).isEqualTo(all);
    String one = CliRun.of("chain", "up", "--help").succeeds().out();
    assertThat(CliRun.of("help", "chain", "up").succeeds().out()).isEqualTo(one);
    assertThat(CliRun.of("chain", "up", "-h").succeeds().out()).isEqualTo(one);
  }

  @Test
  void theCompletionKnowsEveryCommandAndItsOptions() {
    String script = CliRun.of("completion").succeeds().out();
    List<CommandLine> all = new ArrayList<>();
    collect(Cli.commandLine(), all);
    for (CommandLine command : all) {
      assertThat(script).contains(command.getCommandName());
      command
          .getCommandSpec()
          .options()
          .forEach(option -> assertThat(script).contains(option.longestName()));
    }
  }

  @Test
  void theVersionIsTheBuilds() {
    assertThat(CliRun.of("--version").succeeds().out())
        .matches("(?s)opml [0-9]+\\.[0-9]+\\.[0-9]+\\S*\nJava .*");
  }
}
