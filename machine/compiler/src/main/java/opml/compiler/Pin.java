package opml.compiler;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import opml.compiler.program.CompiledProgram;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.PinnedProgram;
import opml.kernels.catalog.PinnedPrograms;
import opml.kernels.catalog.PinnedPrograms.Entry;

/// Compiles the catalogue and writes what the engine must know of each program into the kernels' resources
/// ([PinnedPrograms]). To be done whenever a kernel or the compiler has changed the code on purpose; a test fails until
/// then. What was pinned before stays, as an edition of its own.
public final class Pin {
  /// The list, below a checkout.
  private static final Path RESOURCE =
      Path.of("machine/kernels/src/main/resources", PinnedPrograms.RESOURCE);

  private static final String HEADER =
      """
      # Programs of the kernels, as the compiler builds them from javac's class files of JDK 25.
      # Written by ./opml kernel pin; name, edition, code root, code depth, stack bytes, constants, step bound.
      """;

  private Pin() {}

  /// {@return where the programs of a checkout are listed}
  public static Path file(Path checkout) {
    return checkout.resolve(RESOURCE);
  }

  /// Adds the programs as the compiler builds them now, and their code, where they are others than those of the latest
  /// edition.
  ///
  /// @return the kernels whose program is another than before, or new
  /// @throws IllegalStateException if the compiler cannot tell the step bound of one, or the list is malformed
  public static List<String> write(Path file) throws IOException {
    List<Entry> before =
        Files.exists(file) ? PinnedPrograms.parse(Files.readString(file)) : List.of();
    int edition = before.isEmpty() ? 1 : before.getLast().edition() + 1;
    List<Entry> entries = new ArrayList<>(before);
    List<String> changed = new ArrayList<>();
    for (Kernel kernel : KernelCatalog.all()) {
      CompiledProgram compiled = Programs.of(kernel);
      PinnedProgram program = compiled.pinned(kernel.segments().size());
      if (!program.equals(latest(before, kernel).orElse(null))) {
        changed.add(kernel.name());
        entries.add(new Entry(kernel.name(), edition, program));
        Path code = file.toAbsolutePath().resolveSibling(PinnedPrograms.codeFile(program));
        Files.createDirectories(Objects.requireNonNull(code.getParent()));
        Files.write(code, compiled.code());
      }
    }
    if (!changed.isEmpty()) {
      StringBuilder text = new StringBuilder(HEADER);
      entries.forEach(entry -> text.append(entry.line()).append('\n'));
      Files.writeString(file, text, UTF_8);
    }
    return changed;
  }

  private static Optional<PinnedProgram> latest(List<Entry> entries, Kernel kernel) {
    return entries.stream()
        .filter(entry -> entry.kernel().equals(kernel.name()))
        .map(Entry::program)
        .reduce((_, last) -> last);
  }
}
