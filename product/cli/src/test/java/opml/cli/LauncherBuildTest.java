package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import opml.cli.console.ExitCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the script `./opml` does where something is to be built first: when it builds, and that only one does at a
/// time.
@Tag("launcher")
class LauncherBuildTest {
  private static final String VERSION = "opml 0.1.0-SNAPSHOT\n";

  @TempDir Path folder;

  /// Stands in for Maven: takes a second, leaves what a build leaves, and keeps a record.
  private static final String MAVEN =
      """
      #!/bin/sh -e
      echo begin >>"$RECORD"
      echo '[INFO] Downloading from central: https://example.org/a.pom'
      echo '[INFO] Building core 0.1.0-SNAPSHOT                       [2/10]'
      sleep 1
      mkdir -p "$OUTPUT"
      cp -R "$BUILD/opml.jar" "$BUILD/lib" "$OUTPUT"
      echo end >>"$RECORD"
      """;

  private Run unbuilt(Checkout checkout, String... words) throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Path maven = Files.writeString(bin.resolve("mvn"), MAVEN);
    Files.setPosixFilePermissions(maven, PosixFilePermissions.fromString("rwxr-xr-x"));
    return checkout
        .run(words)
        .with("PATH", bin + ":" + System.getenv("PATH"))
        .with("RECORD", folder.resolve("record").toString())
        .with("OUTPUT", checkout.output().resolve("quick").toString())
        .with("BUILD", Checkout.build().orElseThrow().toString());
  }

  private List<String> record() throws IOException {
    return Files.readAllLines(folder.resolve("record"));
  }

  @Test
  void twoAtOnceBuildOnce() throws IOException {
    Checkout checkout = Checkout.unbuilt(folder.resolve("checkout"));
    try (Run first = unbuilt(checkout, "--version").start();
        Run second = unbuilt(checkout, "--version").start()) {
      first.join(Duration.ofMinutes(1)).endsWith(ExitCode.OK);
      second.join(Duration.ofMinutes(1)).endsWith(ExitCode.OK);
      assertThat(first.out()).startsWith(VERSION);
      assertThat(second.out()).startsWith(VERSION);
      assertThat(record()).containsExactly("begin", "end");
      assertThat(first.err() + second.err())
          .contains("waits for another build", "Maven downloads", "core (2 of 10)");
      assertThat(checkout.folder().resolve("target/opml.lock")).doesNotExist();
    }
  }

  @Test
  void theLockOfADeadProcessIsTakenOver() throws IOException {
    Checkout checkout = Checkout.unbuilt(folder.resolve("checkout"));
    Run dead = Run.of("/bin/true").toEnd();
    Path lock = Files.createDirectories(checkout.folder().resolve("target")).resolve("opml.lock");
    Files.createSymbolicLink(lock, Path.of(String.valueOf(dead.process().pid())));
    works(unbuilt(checkout, "--version"));
    assertThat(lock).doesNotExist();
  }

  /// Process 1 always runs, and never is a build that ended.
  @ParameterizedTest
  @ValueSource(strings = {"1", "1:", "1:0"})
  void theLockOfADeadProcessIsTakenOverThoughItsNumberIsInUseAgain(String owner)
      throws IOException {
    Checkout checkout = Checkout.unbuilt(folder.resolve("checkout"));
    Path lock = Files.createSymbolicLink(target(checkout, "opml.lock"), Path.of(owner));
    works(unbuilt(checkout, "--version"));
    assertThat(lock).doesNotExist();
  }

  @Test
  void theLockOfALivingProcessIsWaitedForAndSaysHowToEndThat() throws IOException {
    Checkout checkout = Checkout.unbuilt(folder.resolve("checkout"));
    Path lock = target(checkout, "opml.lock");
    try (Run first = unbuilt(checkout, "--version").start()) {
      first.until("core (2 of 10)");
      Path owner = Files.readSymbolicLink(lock);
      assertThat(owner.toString()).startsWith(first.process().pid() + ":");
      first.join(Duration.ofMinutes(1)).endsWith(ExitCode.OK);
      Files.delete(checkout.output().resolve("quick/built"));
      try (Run living = sleeper();
          Run second = unbuilt(checkout, "--version")) {
        Files.createSymbolicLink(lock, Path.of(living.out().strip()));
        second.start().until("process " + living.process().pid() + "); if that is none, remove");
        Files.delete(lock);
        second.join(Duration.ofMinutes(1)).endsWith(ExitCode.OK);
        living.stop();
      }
    }
  }

  /// {@return a process that writes what the launcher would write into a lock of its own, and lives on}
  private Run sleeper() {
    String script =
        "eval \"$(sed -n '/^start_of() (/,/^)/p' opml)\"; echo $$:$(start_of $$); exec sleep 60";
    Run run = Run.of("/bin/sh", "-c", script).in(folder.resolve("checkout")).start();
    return run.until("\n");
  }

  static List<String> obstacles() {
    return List.of(
        "touch opml.lock",
        "mkdir opml.lock",
        "mkdir other && ln -s other opml.lock",
        "ln -s . opml.lock",
        "ln -s -- -1 opml.lock",
        "ln -s 0 opml.lock",
        "ln -s 12x:3 opml.lock",
        "touch opml.lock.broken && ln -s 1:0 opml.lock",
        "mkdir -p opml.lock.broken/full && ln -s 1:0 opml.lock",
        "ln -s . opml.lock.broken && ln -s 1:0 opml.lock");
  }

  @ParameterizedTest
  @MethodSource("obstacles")
  void whatIsNoLockButStandsInItsPlaceIsSaidOnceAndLeftAlone(String obstacle) throws IOException {
    Checkout checkout = Checkout.unbuilt(folder.resolve("checkout"));
    Path target = target(checkout, "");
    Run.of("/bin/sh", "-c", obstacle).in(target).toEnd().endsWith(0);
    Map<Path, FileTime> before = Checkout.times(target);
    Run run = unbuilt(checkout, "--version").start().join(Duration.ofSeconds(20));
    assertThat(run.endsWith(ExitCode.FAILED).err().lines())
        .singleElement()
        .asString()
        .startsWith("opml: ")
        .contains("opml.lock", " is in the way", "Remove it");
    assertThat(Checkout.times(target)).isEqualTo(before);
  }

  private static Path target(Checkout checkout, String name) throws IOException {
    return Files.createDirectories(checkout.folder().resolve("target")).resolve(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"opml.jar", "lib"})
  void aBuildOfWhichAPartIsGoneIsBuiltAgain(String part) throws IOException {
    Checkout checkout = Checkout.unbuilt(folder.resolve("checkout"));
    works(unbuilt(checkout, "--version"));
    Path quick = checkout.output().resolve("quick");
    Files.move(quick.resolve(part), folder.resolve("gone"));
    works(unbuilt(checkout, "--version"));
    assertThat(record()).containsExactly("begin", "end", "begin", "end");
  }

  @Test
  void whatHasAnotherContentIsBuiltWhateverItsTimeAndClassesOfItAreForgotten() throws IOException {
    Checkout checkout = Checkout.unbuilt(folder.resolve("checkout"));
    Path module = checkout.folder().resolve("wing/module");
    Path source = Files.createDirectories(module.resolve("src/main")).resolve("A.java");
    Files.writeString(source, "1");
    Path classes = Files.createDirectories(module.resolve("target/quick/classes"));
    Path others = Files.createDirectories(module.resolveSibling("other/target/quick/classes"));
    works(unbuilt(checkout, "--version"));
    FileTime time = Files.getLastModifiedTime(source);
    assertThat(classes).exists();

    Files.writeString(source, "2");
    Files.setLastModifiedTime(source, FileTime.from(time.toInstant().minus(Duration.ofDays(1))));
    works(unbuilt(checkout, "--version"));
    assertThat(record()).hasSize(4);
    assertThat(classes).doesNotExist();
    assertThat(others).exists();

    Files.delete(source);
    works(unbuilt(checkout, "--version"));
    works(unbuilt(checkout, "--version"));
    assertThat(record()).hasSize(6);
  }

  @Test
  void aTimeInTheFutureIsNoReasonToBuild() throws IOException {
    Checkout checkout = Checkout.unbuilt(folder.resolve("checkout"));
    works(unbuilt(checkout, "--version"));
    FileTime tomorrow = FileTime.from(Instant.now().plus(Duration.ofDays(1)));
    Files.setLastModifiedTime(checkout.folder().resolve("pom.xml"), tomorrow);
    works(unbuilt(checkout, "--version"));
    works(unbuilt(checkout, "--version"));
    assertThat(record()).containsExactly("begin", "end");
  }

  @Test
  void aLogThatCannotBeWrittenIsSaid() throws IOException {
    Path full = Path.of("/dev/full");
    Assumptions.assumeTrue(Files.exists(full), "NOT TESTED: this system has no full disk to lend");
    Checkout checkout = Checkout.unbuilt(folder.resolve("checkout"));
    Path log = Files.createSymbolicLink(target(checkout, "build.log"), full);
    Run run = unbuilt(checkout, "--version").toEnd();
    assertThat(run.endsWith(ExitCode.FAILED).err())
        .endsWith("opml: the build failed: " + log + " cannot be written; is the disk full?\n")
        .doesNotContain("I/O error");
    Files.delete(log);
    Files.createDirectory(log);
    run = unbuilt(checkout, "--version").toEnd();
    assertThat(run.endsWith(ExitCode.FAILED).err())
        .endsWith("opml: " + log + " cannot be written\n");
    Files.delete(log);
    works(unbuilt(checkout, "--version"));
  }

  @Test
  void whatChangedDuringABuildIsBuiltNextTime() throws IOException {
    Checkout checkout = Checkout.unbuilt(folder.resolve("checkout"));
    Path nested = Files.createDirectories(checkout.folder().resolve("wing/module/src/main"));
    try (Run run = unbuilt(checkout, "build", "--quick").start()) {
      run.until("core (2 of 10)");
      Files.writeString(nested.resolve("New.java"), "");
      run.join(Duration.ofMinutes(1)).endsWith(ExitCode.OK);
    }
    works(unbuilt(checkout, "--version"));
    works(unbuilt(checkout, "--version"));
    assertThat(record()).containsExactly("begin", "end", "begin", "end");
  }

  @Test
  void aSignalEndsABuildAndFreesTheLock() throws IOException {
    Checkout checkout = Checkout.unbuilt(folder.resolve("checkout"));
    try (Run run = unbuilt(checkout, "--version").start()) {
      run.until("core (2 of 10)");
      run.terminate(Duration.ofSeconds(5)).endsWith(ExitCode.TERMINATED);
    }
    assertThat(checkout.folder().resolve("target/opml.lock")).doesNotExist();
    assertThat(checkout.folder().resolve("target/build.pipe")).doesNotExist();
    works(unbuilt(checkout, "--version"));
  }

  @Test
  void aBuildThatFailsIsSaidAndDoneAgain() throws IOException {
    Checkout checkout = Checkout.unbuilt(folder.resolve("checkout"));
    Run run = unbuilt(checkout, "--version").with("OUTPUT", "/dev/null/x").toEnd();
    assertThat(run.endsWith(ExitCode.FAILED).err()).contains("the build failed", "build.log");
    works(unbuilt(checkout, "--version"));
  }

  @AfterEach
  void nothingIsLeftRunning() {
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive)).isEmpty();
  }

  private static void works(Run run) {
    assertThat(run.toEnd().endsWith(ExitCode.OK).out()).startsWith(VERSION);
  }
}
