package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import opml.cli.console.ExitCode;
import opml.mnist.DemoModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/// The script `./opml` itself, wherever it lies and however it is called.
@Tag("launcher")
class LauncherTest {
  private static final String VERSION = "opml 0.1.0-SNAPSHOT\n";

  @TempDir Path folder;

  @Test
  void itWorksThroughASymbolicLink() throws IOException {
    Checkout checkout = Checkout.make(folder.resolve("checkout"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), checkout.launcher());
    works(Run.of(link.toString(), "--version").in(folder));
  }

  @Test
  void itWorksThroughAChainOfRelativeLinks() throws IOException {
    Checkout.make(folder.resolve("checkout"));
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Files.createSymbolicLink(bin.resolve("first"), Path.of("../checkout/opml"));
    Files.createSymbolicLink(folder.resolve("second"), Path.of("bin/first"));
    Path third = Files.createSymbolicLink(bin.resolve("third"), Path.of("../second"));
    works(Run.of(third.toString(), "--version").in(Path.of("/")));
    works(Run.of("./third", "--version").in(bin));
  }

  @Test
  void itWorksFromThePath() {
    Checkout checkout = Checkout.make(folder.resolve("checkout"));
    String path = checkout.folder() + ":" + System.getenv("PATH");
    works(Run.of("/bin/sh", "-c", "opml --version").in(folder).with("PATH", path));
  }

  @Test
  void itWorksWithoutAHome() {
    works(Checkout.make(folder.resolve("checkout")).run("--version").without("HOME"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"C", "POSIX", "no_SUCH.UTF-8", ""})
  void itWorksInAnyLocaleWithLettersOfAnyAlphabet(String locale) throws IOException {
    Checkout checkout = Checkout.make(folder.resolve("é中 $x'\"&;"));
    Path model = Files.write(checkout.folder().resolve("modèle.onnx"), DemoModel.INT8.onnx());
    for (String name : List.of("modèle.onnx", model.toString())) {
      Run run = checkout.run("model", "import", name).with("LC_ALL", locale);
      assertThat(run.toEnd().endsWith(ExitCode.OK).out()).startsWith("0x");
    }
    Run none = checkout.run("model", "import", "où.onnx").with("LC_ALL", locale).toEnd();
    assertThat(none.endsWith(ExitCode.FAILED).err())
        .startsWith("opml: où.onnx: there is no such file");
  }

  @Test
  void aPropertyThatAsksForUnknownKernelsIsRefused() {
    Run run =
        Checkout.make(folder.resolve("checkout"))
            .run("model", "import", "none.onnx")
            .with("JDK_JAVA_OPTIONS", "-Dopml.kernels=bogus")
            .toEnd();
    assertThat(run.endsWith(ExitCode.USAGE).err())
        .contains("opml: -Dopml.kernels=bogus: expected is one of reference, vector, tile, auto\n");
  }

  @Test
  void itWritesNothingIntoACheckoutThatIsBuilt() throws IOException {
    Checkout checkout = Checkout.make(folder.resolve("checkout"));
    Map<Path, FileTime> before = files(checkout.folder());
    List<Path> folders = before.keySet().stream().filter(Files::isDirectory).toList();
    for (Path each : folders) {
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("r-xr-xr-x"));
    }
    try {
      works(checkout.run("--version").in(folder));
      Run help = checkout.run("demo", "--help").in(folder).toEnd();
      assertThat(help.endsWith(ExitCode.OK).out()).startsWith("Usage: opml demo");
      assertThat(files(checkout.folder())).isEqualTo(before);
    } finally {
      for (Path each : folders) {
        Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
  }

  private static Map<Path, FileTime> files(Path top) throws IOException {
    Map<Path, FileTime> times = new TreeMap<>();
    try (Stream<Path> files = Files.walk(top)) {
      for (Path file : files.filter(file -> !Files.isSymbolicLink(file)).toList()) {
        times.put(file, Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  @Test
  void itWorksFromAnotherFolderAndNamesAreThoseOfThatFolder() throws IOException {
    Checkout.make(folder.resolve("checkout"));
    Path other = Files.createDirectories(folder.resolve("other"));
    Files.write(other.resolve("here.onnx"), DemoModel.INT8.onnx());
    Run run = Run.of("../checkout/opml", "model", "import", "here.onnx").in(other);
    assertThat(run.toEnd().endsWith(ExitCode.OK).out()).startsWith("0x");
  }

  @ParameterizedTest
  @CsvSource({"standard input, <&-", "standard output, >&-", "standard error, 2>&-"})
  void itWorksWithAClosedStream(String name, String closed) throws IOException {
    Checkout checkout = Checkout.make(folder.resolve("checkout"));
    Path model = Files.write(checkout.folder().resolve("m.onnx"), DemoModel.INT8.onnx());
    String command = "./opml model import " + model.getFileName() + " " + closed;
    Run run = Run.of("/bin/sh", "-c", command).in(checkout.folder()).toEnd().endsWith(ExitCode.OK);
    assertThat(troubles(run)).as(name).isEmpty();
    assertThat(run.out().startsWith("0x")).as(name).isEqualTo(!closed.startsWith(">"));
    Run none = Run.of("/bin/sh", "-c", "./opml model import none " + closed);
    none.in(checkout.folder()).toEnd().endsWith(ExitCode.FAILED);
    assertThat(Files.readAllBytes(model)).as(name).isEqualTo(DemoModel.INT8.onnx());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "help", "--help", "-h", "help chain up", "chain up --help"})
  void itShowsHelpHoweverItIsAsked(String line) {
    Checkout checkout = Checkout.make(folder.resolve("checkout"));
    String[] words = line.isEmpty() ? new String[0] : line.split(" ");
    Run run = checkout.run(words).toEnd().endsWith(ExitCode.OK);
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .startsWith(line.contains("chain up") ? "Usage: opml chain up" : "Usage: opml ")
        .contains("Exit codes:", "  143  ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"build --help", "test --help", "help build", "help test"})
  void itExplainsWhatItDoesItself(String line) {
    Run run = Checkout.make(folder.resolve("checkout")).run(line.split(" ")).toEnd();
    assertThat(run.endsWith(ExitCode.OK).out()).startsWith("Usage: opml ").contains("Examples:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"build --slow", "build now", "test --fast", "nonsense", "build --quick x"})
  void itRefusesWhatItDoesNotKnow(String line) {
    Run run = Checkout.make(folder.resolve("checkout")).run(line.split(" ")).toEnd();
    assertThat(run.endsWith(ExitCode.USAGE).err()).startsWith("opml: ");
  }

  static Stream<String> commands() {
    return all(Cli.commandLine());
  }

  private static Stream<String> all(CommandLine command) {
    return Stream.concat(
        Stream.of(command.getCommandSpec().qualifiedName()),
        command.getSubcommands().values().stream().flatMap(LauncherTest::all));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void theJvmWarnsOfNothing(String command) {
    Checkout checkout = Checkout.make(folder.resolve("checkout"));
    String[] words = (command + " --help").substring("opml ".length()).split(" ");
    assertThat(checkout.run(words).toEnd().endsWith(ExitCode.OK).err()).isEmpty();
  }

  @Test
  void theJvmDoesNotWarnOfVectorsAndMemoryEither() throws IOException {
    Checkout checkout = Checkout.make(folder.resolve("checkout"));
    Files.write(checkout.folder().resolve("m.onnx"), DemoModel.FLOAT.onnx());
    Run inspect = checkout.run("model", "inspect", "m.onnx").toEnd().endsWith(ExitCode.OK);
    assertThat(troubles(inspect)).isEmpty();
    assertThat(inspect.out()).contains("gemm.f32");
  }

  @Test
  void classesThatWereKeptAndDamagedAreLeftAloneWithoutAWord() throws IOException {
    Checkout checkout = Checkout.make(folder.resolve("checkout"));
    Path kept = checkout.output().resolve("opml.aot");
    Path ofTheBuild = Checkout.build().orElseThrow().resolve("opml.aot");
    byte[] whole = Files.exists(ofTheBuild) ? Files.readAllBytes(ofTheBuild) : new byte[1 << 20];
    byte[] cut = Arrays.copyOf(whole, whole.length / 3);
    byte[] changed = whole.clone();
    for (int at = 5000; at < changed.length; at += 9973) {
      changed[at] ^= 0x55;
    }
    for (byte[] damaged : List.of(new byte[0], new byte[5000], cut, changed, whole)) {
      Files.write(kept, damaged);
      Run run = checkout.run("--version").toEnd().endsWith(ExitCode.OK);
      assertThat(run.out()).startsWith(VERSION);
      assertThat(run.err()).isEmpty();
    }
    Files.delete(kept);
    Files.createDirectory(kept);
    works(checkout.run("--version"));
  }

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
    Map<Path, FileTime> before = files(target);
    Run run = unbuilt(checkout, "--version").start().join(Duration.ofSeconds(20));
    assertThat(run.endsWith(ExitCode.FAILED).err().lines())
        .singleElement()
        .asString()
        .startsWith("opml: ")
        .contains("opml.lock", " is in the way", "Remove it");
    assertThat(files(target)).isEqualTo(before);
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

  /// {@return what stands on the standard error, but for the progress that a busy computer has time to show}
  private static List<String> troubles(Run run) {
    return run.err().lines().filter(line -> !line.contains("hashing the weights")).toList();
  }

  private static void works(Run run) {
    assertThat(run.toEnd().endsWith(ExitCode.OK).out()).startsWith(VERSION);
  }
}
