package opml.compiler;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.PinnedPrograms;

/// Compiles the catalogue and writes what the engine must know of each program into the kernels' resource
/// ([PinnedPrograms#RESOURCE]). To be done whenever a kernel or the compiler has changed the code on purpose; a test
/// fails until then.
public final class Pin {
  /// The resource, below a checkout.
  private static final Path RESOURCE =
      Path.of("machine/kernels/src/main/resources", PinnedPrograms.RESOURCE);

  private Pin() {}

  /// {@return where the programs of a checkout are pinned}
  public static Path file(Path checkout) {
    return checkout.resolve(RESOURCE);
  }

  /// Writes the programs as the compiler builds them now.
  ///
  /// @return the kernels whose line is another than before, or new
  /// @throws IllegalStateException if the compiler cannot tell the step bound of one
  public static List<String> write(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Set<String> before =
        Files.exists(file) ? Set.copyOf(new HashSet<>(Files.readAllLines(file))) : Set.of();
    Files.writeString(file, text(), UTF_8);
    return KernelCatalog.all().stream()
        .filter(kernel -> !before.contains(line(kernel)))
        .map(Kernel::name)
        .toList();
  }

  private static String line(Kernel kernel) {
    return PinnedPrograms.line(kernel, Programs.of(kernel).pinned(kernel.segments().size()));
  }

  /// {@return the resource as it should be}
  static String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "# Programs of the kernels, as the compiler builds them from javac's class files of JDK 25.\n");
    text.append(
        "# Written by ./opml kernel pin; name, code root, code depth, stack bytes, constants, step bound.\n");
    for (Kernel kernel : KernelCatalog.all()) {
      text.append(PinnedPrograms.line(kernel, Programs.of(kernel).pinned(kernel.segments().size())))
          .append('\n');
    }
    return text.toString();
  }
}
