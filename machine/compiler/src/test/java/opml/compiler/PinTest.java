package opml.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.PinnedPrograms;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The code roots that the engine uses are those of the programs that the compiler builds.
class PinTest {
  @ParameterizedTest
  @MethodSource("opml.kernels.catalog.KernelCatalog#all")
  void pinnedProgramIsWhatTheKernelCompilesTo(Kernel kernel) {
    assertThat(PinnedPrograms.line(kernel, PinnedPrograms.of(kernel)))
        .as("the kernel or the compiler has changed: run ./opml kernel pin if that was meant")
        .isEqualTo(
            PinnedPrograms.line(kernel, Programs.of(kernel).pinned(kernel.segments().size())));
  }

  @Test
  void thePinToolWritesToTheFileItIsGiven(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("deeper/programs.tsv");
    assertThat(Pin.write(file)).hasSameSizeAs(KernelCatalog.all());
    assertThat(Files.readString(file)).isEqualTo(Pin.text());
    assertThat(Pin.write(file)).isEmpty();
    Files.writeString(file, Files.readString(file).replace("\nrelu.f32\t0x", "\nrelu.f32\t0y"));
    assertThat(Pin.write(file)).containsExactly("relu.f32");
  }
}
