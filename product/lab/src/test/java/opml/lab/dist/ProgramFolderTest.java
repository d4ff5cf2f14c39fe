package opml.lab.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import opml.lab.bench.checkout.Shell;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramFolderTest {
  @TempDir private Path folder;

  @Test
  void theJavaHasTheOptionsOfTheLauncher() throws IOException {
    assertThat(Files.readString(Path.of("../../opml"))).contains(JavaRuntime.OPTIONS);
  }

  @Test
  void theUnitStartsTheArchivesLauncher() throws IOException {
    assertThat(Files.readString(Path.of("../../docs/node/opml-node.service")))
        .contains(
            "\nExecStart=%s/bin/opml node --config %s/node.toml\n"
                .formatted(ContainerImage.HOME, ContainerImage.CONFIGURATION));
  }

  @Test
  void theArchivesLauncherWorksFromAnyFolderAndByAnyLink() throws IOException {
    Path home = Files.createDirectories(folder.resolve("opt é $x/opml"));
    Path start = executable(home.resolve("bin/opml"), script());
    executable(home.resolve(ProgramFolder.JAVA), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.createSymbolicLink(elsewhere.resolve("opml"), elsewhere.relativize(start));
    Files.createSymbolicLink(folder.resolve("second"), Path.of("elsewhere/opml"));
    String started = "-jar\n%s\nnode\na b".formatted(home.resolve(ProgramFolder.JAR));
    for (String command :
        List.of(
            "./opml", "../second", elsewhere + "/opml", "PATH=.:$PATH opml", start.toString())) {
      String quoted = command.contains("PATH") ? command : "'" + command + "'";
      Shell.Run run = Shell.run(elsewhere, Map.of(), List.of("sh", "-c", quoted + " node 'a b'"));
      assertThat(run.output()).as(command).isEqualTo(started);
    }
    Shell.Run closed = Shell.run(elsewhere, Map.of(), List.of("sh", "-c", "./opml node >&-"));
    assertThat(closed.exitCode()).as(closed.output()).isZero();
  }

  private static String script() throws IOException {
    try (InputStream in = ProgramFolder.class.getResourceAsStream("opml")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
    }
  }

  private static Path executable(Path file, String text) throws IOException {
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.writeString(file, text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /// Whoever asks is not told that what could not be measured is well.
  @Test
  void whatWasNotMeasuredIsNotReached() {
    assertThat(figures(1.3, true, Optional.of(true)).reached()).isTrue();
    assertThat(figures(2.1, true, Optional.of(true)).reached()).isFalse();
    assertThat(figures(Double.NaN, true, Optional.of(true)).reached()).isFalse();
    assertThat(figures(1.3, false, Optional.of(true)).reached()).isFalse();
    assertThat(figures(1.3, true, Optional.of(false)).reached()).isFalse();
    assertThat(figures(1.3, true, Optional.empty()).reached()).isFalse();
  }

  private static DistFigures figures(
      double exposure, boolean identical, Optional<Boolean> healthy) {
    return new DistFigures(exposure, identical, healthy, 1, 1, List.of());
  }
}
