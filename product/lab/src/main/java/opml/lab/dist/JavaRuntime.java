package opml.lab.dist;

import java.nio.file.Path;
import java.util.List;
import opml.lab.bench.checkout.Shell;

/// The Java that a distribution brings: the modules that the program uses, and the JVM's options built in, so that
/// whoever starts it need not know them.
final class JavaRuntime {
  /// The launcher's, which says why. The two that open doors stand in the jar's manifest.
  static final List<String> OPTIONS =
      List.of(
          "--sun-misc-unsafe-memory-access=allow",
          "-XX:+UseParallelGC",
          "-XX:OptoLoopAlignment=32",
          "-XX:+ExitOnOutOfMemoryError");

  /// What only desktops need, and what asks for X11 or sound.
  private static final List<String> LEFT_OUT =
      List.of("libawt_xawt", "libjawt", "libjsound", "libsplashscreen");

  private JavaRuntime() {}

  /// Links a runtime for a program.
  ///
  /// @param build a folder with the program and what it names
  /// @param into a folder that is not there yet
  static void link(Path build, Path into) {
    Path tools = Path.of(System.getProperty("java.home"), "bin");
    // Everything that can be reached from the program, which is on the class path as it is when it
    // runs. The module of
    // vectors is among it, though it is loaded from within.
    String modules =
        Shell.output(
            build,
            List.of(
                tools.resolve("jdeps").toString(),
                "--print-module-deps",
                "--ignore-missing-deps",
                "--recursive",
                "--multi-release",
                String.valueOf(Runtime.version().feature()),
                "--class-path",
                "lib/*",
                ProgramFolder.JAR));
    Shell.output(
        build,
        List.of(
            tools.resolve("jlink").toString(),
            "--add-modules",
            modules.lines().toList().getLast(),
            "--add-options=" + String.join(" ", OPTIONS),
            "--exclude-files="
                + String.join(
                    ",", LEFT_OUT.stream().map("/java.desktop/lib/%s.so"::formatted).toList()),
            // Of the classes alone: libraries have none left, and would need binutils.
            "--strip-java-debug-attributes",
            "--no-header-files",
            "--no-man-pages",
            "--output",
            into.toString()));
  }
}
