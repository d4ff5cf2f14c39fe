package opml.lab.bench;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A program of ours in a JVM of its own, where its options or its memory must be other ones.
public final class OwnJvm {
  private OwnJvm() {}

  /// {@return what it prints}
  ///
  /// @param options of the JVM
  /// @param arguments of the program
  /// @throws BenchException with what it says if it fails
  public static String run(List<String> options, Class<?> program, List<String> arguments)
      throws IOException {
    List<String> command = command(options, program, arguments);
    Path errors = Files.createTempFile("opml-jvm", ".txt");
    try {
      Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
      try {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
          throw new BenchException(
              "java %s %s ended with %d: %s"
                  .formatted(
                      String.join(" ", options),
                      program.getSimpleName(),
                      process.exitValue(),
                      Files.readString(errors).strip()));
        }
        return output;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while a JVM ran");
      } finally {
        process.destroy();
      }
    } finally {
      Files.deleteIfExists(errors);
    }
  }

  /// {@return the command that runs a program}
  public static List<String> command(
      List<String> options, Class<?> program, List<String> arguments) {
    return command(options, program.getName(), arguments);
  }

  /// {@return the command that runs a program of this name}
  public static List<String> command(List<String> options, String program, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(
        List.of(
            "-XX:-PrintWarnings", // a processor may not have what UseAVX asks for
            "--enable-native-access=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.module=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            program));
    command.addAll(arguments);
    return command;
  }
}
