package opml.lab.role;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import opml.ethereum.devchain.AnvilBinary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

@EnabledIf(value = AnvilBinary.IS_INSTALLED, disabledReason = AnvilBinary.MISSING)
class SmallHeapTest {
  private static final int GAMES = 10;

  @TempDir private Path folder;

  @Test
  void manyGamesOnManyRunsAreAnsweredInASmallHeap() throws IOException, InterruptedException {
    // Each game's machine alone has 32 MiB, and keeps some of where it was asked.
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "--add-modules",
                    "jdk.incubator.vector",
                    "-cp",
                    classPath(),
                    ManyGames.class.getName(),
                    String.valueOf(GAMES)))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("it ends").isTrue();
    } finally {
      process.destroy();
    }
    assertThat(process.exitValue()).as(Files.readString(output)).isZero();
  }

  private static String classPath() {
    return Stream.of("jdk.module.path", "java.class.path")
        .map(name -> Objects.toString(System.getProperty(name), ""))
        .collect(Collectors.joining(File.pathSeparator, "target/test-classes:", ""));
  }
}
