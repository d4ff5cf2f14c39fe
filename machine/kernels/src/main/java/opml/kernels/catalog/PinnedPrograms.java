package opml.kernels.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import opml.core.hash.Bytes32;
import opml.kernels.bound.StepBound;
import org.jspecify.annotations.Nullable;

/// The programs that kernels compile to, pinned by their code roots. The compiler's pin tool writes the resource and a
/// test of the compiler checks it; the engine only reads it, and so needs no compiler.
///
/// One line per kernel, its fields separated by tabs: name, code root, code depth, stack bytes, constants in
/// hexadecimal, step bound. Lines that begin with `#` are comments.
public final class PinnedPrograms {
  /// The resource, in this module.
  public static final String RESOURCE = "opml/kernels/programs.tsv";

  private PinnedPrograms() {}

  /// {@return the pinned program of a kernel}
  ///
  /// @throws IllegalStateException when the resource lacks it or is malformed
  public static PinnedProgram of(Kernel kernel) {
    @Nullable PinnedProgram program = Loaded.PROGRAMS.get(kernel.name());
    if (program == null) {
      throw new IllegalStateException(
          RESOURCE + " has no program for the kernel " + kernel + ": run the compiler's pin tool");
    }
    return program;
  }

  /// {@return the resource's line for a kernel, without a line end}
  public static String line(Kernel kernel, PinnedProgram program) {
    return String.join(
        "\t",
        kernel.name(),
        program.codeRoot().toString(),
        Integer.toString(program.codeDepth()),
        Integer.toString(program.stackBytes()),
        HexFormat.of().formatHex(program.constants()),
        program.bound().toString());
  }

  static Map<String, PinnedProgram> parse(String text) {
    Map<String, PinnedProgram> programs = new HashMap<>();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      String place = RESOURCE + " line " + number + ": ";
      String[] fields = line.split("\t", -1);
      if (fields.length != 6) {
        throw new IllegalStateException(place + "expected 6 fields, found " + fields.length);
      }
      try {
        PinnedProgram program =
            new PinnedProgram(
                Bytes32.ofHex(fields[1]),
                Integer.parseInt(fields[2]),
                HexFormat.of().parseHex(fields[4]),
                Integer.parseInt(fields[3]),
                StepBound.parse(fields[5]));
        if (programs.put(fields[0], program) != null) {
          throw new IllegalStateException(place + "a second program for " + fields[0]);
        }
      } catch (IllegalArgumentException malformed) {
        throw new IllegalStateException(place + malformed.getMessage(), malformed);
      }
    }
    return Map.copyOf(programs);
  }

  /// Read once, when the first program is asked for.
  private static final class Loaded {
    static final Map<String, PinnedProgram> PROGRAMS = load();

    private static Map<String, PinnedProgram> load() {
      try (@Nullable InputStream in =
          PinnedPrograms.class.getModule().getResourceAsStream(RESOURCE)) {
        return in == null ? Map.of() : parse(new String(in.readAllBytes(), UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
