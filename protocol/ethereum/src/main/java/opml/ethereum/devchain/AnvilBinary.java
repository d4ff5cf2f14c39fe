package opml.ethereum.devchain;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Finds anvil: the one that `contracts/package-lock.json` pins, if it is installed; otherwise the
/// one on the PATH; otherwise installs the pinned one with npm.
///
/// The folder `contracts` is the system property `opml.contracts`, or the nearest one upwards from
/// the working directory.
public final class AnvilBinary {
  /// The system property that names the folder with the pinned tools.
  public static final String CONTRACTS_PROPERTY = "opml.contracts";

  /// Names [#isInstalled] for a condition of JUnit's.
  public static final String IS_INSTALLED = "opml.ethereum.devchain.AnvilBinary#isInstalled";

  /// Why a test without anvil is skipped.
  public static final String MISSING =
      "SKIPPED: anvil is not installed; run npm ci --ignore-scripts in contracts/";

  private static final long INSTALL_MINUTES = 10;

  private final Optional<Path> contracts;
  private final String path;
  private final Consumer<String> progress;

  /// @param contracts the folder with the pinned tools, if there is one
  /// @param path folders of programs, separated as in the environment's PATH
  /// @param progress hears, line by line, of an installation
  AnvilBinary(Optional<Path> contracts, String path, Consumer<String> progress) {
    this.contracts = contracts;
    this.path = path;
    this.progress = progress;
  }

  /// {@return the finder for this process}
  static AnvilBinary ofThisProcess(Consumer<String> progress) {
    return new AnvilBinary(
        contractsFolder(), Objects.requireNonNullElse(System.getenv("PATH"), ""), progress);
  }

  /// {@return the folder with the pinned tools, if there is one}
  static Optional<Path> contractsFolder() {
    String property = System.getProperty(CONTRACTS_PROPERTY);
    if (property != null) {
      return Optional.of(Path.of(property));
    }
    return Stream.<Path>iterate(Path.of("").toAbsolutePath(), Objects::nonNull, Path::getParent)
        .map(folder -> folder.resolve("contracts"))
        .filter(folder -> Files.isRegularFile(folder.resolve("package.json")))
        .findFirst();
  }

  /// {@return an anvil that is there without installing anything}
  public static Optional<Path> installed() {
    return ofThisProcess(_ -> {}).find();
  }

  /// {@return whether there is one without installing anything}
  public static boolean isInstalled() {
    return installed().isPresent();
  }

  /// {@return the path of an executable anvil, or nothing}
  Optional<Path> find() {
    return contracts.flatMap(AnvilBinary::pinned).or(() -> onPath("anvil"));
  }

  /// {@return the path of an executable anvil, installed if need be}
  ///
  /// @throws DevChainException saying what to install, if that is impossible
  Path findOrInstall() {
    Optional<Path> found = find();
    return found.isPresent() ? found.get() : install();
  }

  /// npm's own entry is a script that starts the platform's binary, which lies beside it in a package
  /// of its own. Running that one directly saves a process, and signals reach it.
  private static Optional<Path> pinned(Path contracts) {
    Path packages = contracts.resolve("node_modules/@foundry-rs");
    if (!Files.isDirectory(packages)) {
      return Optional.empty();
    }
    try (Stream<Path> entries = Files.list(packages)) {
      return entries
          .filter(entry -> entry.getFileName().toString().startsWith("anvil-"))
          .map(entry -> entry.resolve("bin/anvil"))
          .filter(Files::isExecutable)
          .findFirst();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /// {@return the program of this name on the PATH, if there is one}
  Optional<Path> onPath(String program) {
    return Stream.of(path.split(File.pathSeparator))
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  private Path install() {
    Path folder =
        contracts.orElseThrow(
            () ->
                new DevChainException(
                    "no anvil on the PATH and no folder contracts/ to install it from; set -D"
                        + CONTRACTS_PROPERTY));
    Path npm =
        onPath("npm")
            .orElseThrow(
                () ->
                    new DevChainException(
                        "no anvil, and no npm to install it: install Node.js 20"));
    // Two processes that install at the same time would delete each other's files.
    try (FileChannel channel =
            FileChannel.open(
                folder.resolve("package-lock.json"),
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        FileLock _ = channel.lock()) {
      Optional<Path> byAnother = find();
      if (byAnother.isPresent()) {
        return byAnother.get();
      }
      progress.accept("installing the pinned anvil, forge and solc in " + folder);
      run(npm, folder);
    } catch (IOException e) {
      throw new DevChainException("cannot install anvil in " + folder + ": " + e.getMessage(), e);
    }
    return find()
        .orElseThrow(
            () ->
                new DevChainException("npm ci succeeded in " + folder + " but there is no anvil"));
  }

  private void run(Path npm, Path folder) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(npm.toString(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"))
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.environment().put("PATH", path);
    Process process = builder.start();
    process.getOutputStream().close();
    Thread reader = Thread.startVirtualThread(() -> report(process));
    try {
      if (!process.waitFor(INSTALL_MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new DevChainException("npm ci took more than " + INSTALL_MINUTES + " minutes");
      }
      reader.join();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new DevChainException("interrupted while npm installed anvil", e);
    }
    if (process.exitValue() != 0) {
      throw new DevChainException(
          "npm ci in " + folder + " failed with exit code " + process.exitValue());
    }
  }

  private void report(Process process) {
    try (BufferedReader lines = process.inputReader()) {
      lines.lines().forEach(progress);
    } catch (IOException | UncheckedIOException e) {
      progress.accept("lost npm's output: " + e.getMessage());
    }
  }
}
