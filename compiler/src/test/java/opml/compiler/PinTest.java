package opml.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.PinnedPrograms;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The code roots that the engine uses are those of the programs that the compiler builds.
class PinTest {
  @Test
  void pinnedProgramsAreWhatTheKernelsCompileTo() throws IOException {
    try (InputStream in =
        PinnedPrograms.class.getModule().getResourceAsStream(PinnedPrograms.RESOURCE)) {
      assertThat(in).as("run opml.compiler.Pin").isNotNull();
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
          .as("a kernel or the compiler has changed: run opml.compiler.Pin if that was meant")
          .isEqualTo(Pin.text());
    }
  }

  @Test
  void whatThePinToolWritesReadsBackAsTheProgram() throws IOException {
    KernelCatalog.all()
        .forEach(
            kernel -> {
              CompiledProgram program = Programs.of(kernel);
              assertThat(PinnedPrograms.of(kernel).codeRoot()).isEqualTo(program.codeRoot());
              assertThat(PinnedPrograms.of(kernel).constants()).isEqualTo(program.constants());
              assertThat(PinnedPrograms.of(kernel).stackBytes()).isEqualTo(program.stackBytes());
            });
  }

  @Test
  void thePinToolWritesToTheFileItIsGiven(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("deeper/programs.tsv");
    Pin.main(new String[] {file.toString()});
    assertThat(Files.readString(file)).isEqualTo(Pin.text());
  }
}
