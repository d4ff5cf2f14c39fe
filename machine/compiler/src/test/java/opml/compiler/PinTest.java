package opml.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.PinnedPrograms;
import opml.kernels.catalog.PinnedPrograms.Entry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The code roots that the engine uses are those of the programs that the compiler builds.
class PinTest {
  @ParameterizedTest
  @MethodSource("opml.kernels.catalog.KernelCatalog#all")
  void pinnedProgramIsWhatTheKernelCompilesTo(Kernel kernel) {
    assertThat(PinnedPrograms.of(kernel))
        .as("the kernel or the compiler has changed: run ./opml kernel pin if that was meant")
        .isEqualTo(Programs.of(kernel).pinned(kernel.segments().size()));
    assertThat(PinnedPrograms.code(PinnedPrograms.of(kernel)))
        .isEqualTo(Programs.of(kernel).code());
  }

  @ParameterizedTest
  @MethodSource("opml.kernels.catalog.PinnedPrograms#entries")
  void everyProgramThatEverWasIsKept(Entry entry) {
    assertThat(PinnedPrograms.code(entry.program())).isNotEmpty();
    assertThat(KernelCatalog.byName(entry.kernel()).name()).isEqualTo(entry.kernel());
  }

  @Test
  void thePinToolWritesToTheFileItIsGiven(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("deeper/programs.tsv");
    assertThat(Pin.write(file)).hasSameSizeAs(KernelCatalog.all());
    List<Entry> first = PinnedPrograms.parse(Files.readString(file));
    assertThat(first).extracting(Entry::edition).containsOnly(1);
    Entry relu =
        first.stream().filter(e -> e.kernel().equals("relu.f32")).findFirst().orElseThrow();
    assertThat(file.resolveSibling(PinnedPrograms.codeFile(relu.program())))
        .hasBinaryContent(PinnedPrograms.code(relu.program()));
    assertThat(Pin.write(file)).isEmpty();
    assertThat(PinnedPrograms.parse(Files.readString(file))).isEqualTo(first);
  }

  @Test
  void aProgramThatHasChangedBeginsAnEditionAndTheOldOneStays(@TempDir Path folder)
      throws IOException {
    Path file = folder.resolve("programs.tsv");
    Pin.write(file);
    List<Entry> now = PinnedPrograms.parse(Files.readString(file));
    // As if relu had compiled to what add compiles to.
    Entry add = now.stream().filter(e -> e.kernel().equals("add.f32")).findFirst().orElseThrow();
    Entry relu = now.stream().filter(e -> e.kernel().equals("relu.f32")).findFirst().orElseThrow();
    Entry old = new Entry("relu.f32", 1, add.program());
    Files.writeString(file, Files.readString(file).replace(relu.line(), old.line()));
    assertThat(Pin.write(file)).containsExactly("relu.f32");
    List<Entry> then = PinnedPrograms.parse(Files.readString(file));
    assertThat(then).contains(old).endsWith(new Entry("relu.f32", 2, relu.program()));
    assertThat(then).hasSize(now.size() + 1);
  }
}
