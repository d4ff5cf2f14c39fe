package opml.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import opml.cli.console.ExitCode;
import opml.mnist.DemoModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The script `./opml` itself, wherever it lies and however it is called, where everything is built.
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
    assertThat(none.endsWith(ExitCode.USAGE).err())
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
    Map<Path, FileTime> before = Checkout.times(checkout.folder());
    List<Path> folders = before.keySet().stream().filter(Files::isDirectory).toList();
    for (Path each : folders) {
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("r-xr-xr-x"));
    }
    try {
      works(checkout.run("--version").in(folder));
      Run help = checkout.run("demo", "--help").in(folder).toEnd();
      assertThat(help.endsWith(ExitCode.OK).out()).startsWith("Usage: opml demo");
      assertThat(Checkout.times(checkout.folder())).isEqualTo(before);
    } finally {
      for (Path each : folders) {
        Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
      }
    }
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
    none.in(checkout.folder()).toEnd().endsWith(ExitCode.USAGE);
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
    assertThat(run.err()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"build --slow", "build now", "test --fast", "nonsense", "build --quick x"})
  void itRefusesWhatItDoesNotKnow(String line) {
    Run run = Checkout.make(folder.resolve("checkout")).run(line.split(" ")).toEnd();
    assertThat(run.endsWith(ExitCode.USAGE).err()).startsWith("opml: ");
  }

  /// One command of each kind that the script tells apart; all kinds have the same JVM, and whatever the others explain
  /// is looked at within one process (`UsageTest`).
  @ParameterizedTest
  @ValueSource(
      strings = {
        "model run",
        "bench api",
        "bench engine",
        "bench llm",
        "demo llama",
        "deploy",
        "conformance float"
      })
  void theJvmWarnsOfNothing(String command) {
    Checkout checkout = Checkout.make(folder.resolve("checkout"));
    String[] words = (command + " --help").split(" ");
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
