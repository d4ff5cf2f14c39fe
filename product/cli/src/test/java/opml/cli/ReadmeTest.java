package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import opml.cli.console.ExitCode;
import opml.tree.Tree;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// The README keeps its word: its commands are understood, and do what they are there for.
class ReadmeTest {
  /// A call of the launcher within a line of a shell.
  private static final Pattern CALL = Pattern.compile("\\./opml((?: +[^\\s|)#]+)*)");

  /// A word of a shell, which may stand in quotes.
  private static final Pattern WORD = Pattern.compile("'[^']*'|[^\\s']+");

  /// Commands that run until they are stopped, and what they write once they work.
  private static final Map<String, String> LASTING =
      Map.of(
          "./opml chain up", "Ctrl-C ends it",
          "./opml api", "Ctrl-C ends it",
          "./opml serve", "registered true",
          "./opml verify", "registered true");

  private static final int CHAIN_PORT = 8545;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir Path folder;

  @Test
  void everyCommandIsOneThatExistsWithOptionsThatExist() throws IOException {
    Readme readme = Readme.of(Tree.here().root());
    List<String> lines = new ArrayList<>(readme.inline());
    readme.blocks().forEach(block -> lines.addAll(block.commands()));
    int calls = 0;
    for (String line : lines) {
      Matcher call = CALL.matcher(line);
      while (call.find()) {
        String[] arguments =
            WORD.matcher(call.group(1))
                .results()
                .map(word -> word.group().replace("'", ""))
                .toArray(String[]::new);
        assertThatCode(() -> Cli.commandLine().parseArgs(arguments))
            .as(line)
            .doesNotThrowAnyException();
        calls++;
      }
    }
    assertThat(calls).isGreaterThan(20);
  }

  @Test
  void onlyTheTestOfEverythingIsExempt() throws IOException {
    assertThat(Readme.of(Tree.here().root()).blocks().stream().filter(Readme.Block::isExempt))
        .allSatisfy(block -> assertThat(block.commands()).containsExactly("./opml test"));
  }

  @Test
  @Tag("launcher")
  @EnabledIfSystemProperty(named = "opml.readme", matches = "true|all")
  void everyCommandWorksWordForWordInItsOrderInAFreshClone() throws IOException {
    requirePort();
    Checkout clone = cloned();
    List<Run> lasting = new ArrayList<>();
    try {
      for (Readme.Block block : Readme.of(clone.folder()).blocks()) {
        if (block.isExempt()) {
          continue;
        }
        if (block.isLong() && !System.getProperty("opml.readme").equals("all")) {
          continue;
        }
        if (!block.need().isEmpty() && !isOnPath(block.need())) {
          System.err.printf(
              "NOT TESTED: README.md:%d, there is no %s on the PATH%n", block.line(), block.need());
          continue;
        }
        for (String command : block.commands()) {
          Run run = Run.of("bash", "-c", command).in(clone.folder()).start();
          String sign = sign(command);
          if (sign.isEmpty()) {
            run.join(PATIENCE).endsWith(ExitCode.OK);
          } else {
            lasting.add(run);
            run.until(sign);
          }
        }
      }
      // The block of `api` lasts minutes.
      assertThat(lasting)
          .hasSizeGreaterThanOrEqualTo(LASTING.size() - 1)
          .allMatch(run -> run.process().isAlive());
    } finally {
      lasting.reversed().forEach(Run::stop);
    }
    Run status = Run.of("git", "status", "--porcelain").in(clone.folder()).toEnd();
    assertThat(status.endsWith(0).out()).as("what the commands leave is ignored by git").isEmpty();
  }

  private static String sign(String command) {
    return LASTING.entrySet().stream()
        .filter(entry -> command.startsWith(entry.getKey() + " "))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }

  /// {@return a fresh clone with what is built in this tree, so that it need not be built again}
  private Checkout cloned() throws IOException {
    Assumptions.assumeTrue(
        Files.exists(Tree.here().root().resolve(".git")) && Checkout.build().isPresent(),
        "NOT TESTED: this tree is no clone, or not built");
    Path target = folder.resolve("clone");
    Run.of("git", "clone", "--quiet", Tree.here().root().toString(), target.toString())
        .toEnd()
        .endsWith(0);
    Path tools = Tree.here().root().resolve("contracts/node_modules");
    if (Files.isDirectory(tools)) {
      Path copy = target.resolve("contracts/node_modules");
      Checkout.link(tools, copy);
      // Younger than the clone's list of packages, as after an installation.
      Path stamp = copy.resolve(".package-lock.json");
      Files.delete(stamp);
      Files.copy(tools.resolve(".package-lock.json"), stamp, StandardCopyOption.REPLACE_EXISTING);
    }
    Checkout checkout = new Checkout(target);
    checkout.borrowBuild();
    return checkout;
  }

  private static void requirePort() {
    try (ServerSocket _ = new ServerSocket(CHAIN_PORT, 1, InetAddress.getLoopbackAddress())) {
      return;
    } catch (IOException e) {
      Assumptions.abort("NOT TESTED: port " + CHAIN_PORT + ", which the README uses, is taken");
    }
  }

  private static boolean isOnPath(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }
}
