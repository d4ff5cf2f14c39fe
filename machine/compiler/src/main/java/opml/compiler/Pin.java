package opml.compiler;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.KernelCatalog;
import opml.kernels.catalog.PinnedPrograms;

/// Compiles the catalogue and writes what the engine must know of each program into the kernels' resource
/// ([PinnedPrograms#RESOURCE]). To be run from the repository's root whenever a kernel or the compiler has changed the
/// code on purpose; a test fails until then.
public final class Pin {
  private static final Path DEFAULT =
      Path.of("machine/kernels/src/main/resources", PinnedPrograms.RESOURCE);

  private Pin() {}

  /// @param arguments the file to write, if not the repository's
  public static void main(String[] arguments) throws IOException {
    Path file = arguments.length > 0 ? Path.of(arguments[0]) : DEFAULT;
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.writeString(file, text(), UTF_8);
    System.out.println("pinned " + KernelCatalog.all().size() + " programs in " + file);
  }

  /// {@return the resource as it should be}
  static String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "# Programs of the kernels, as the compiler builds them from javac's class files of JDK 25.\n");
    text.append(
        "# Written by opml.compiler.Pin; name, code root, code depth, stack bytes, constants, step bound.\n");
    for (Kernel kernel : KernelCatalog.all()) {
      text.append(PinnedPrograms.line(kernel, Programs.of(kernel).pinned(kernel.segments().size())))
          .append('\n');
    }
    return text.toString();
  }
}
