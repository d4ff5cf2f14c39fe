package opml.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import opml.compiler.frontend.RefusedException;
import opml.compiler.kernels.Refused;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What kernel Java does not have is refused by class, method and line.
class RefusalTest {
  /// @param entry the kernel
  /// @param method where the refused line is
  record Refusal(String entry, String method, int line, String reason) {}

  private static final Pattern METHOD =
      Pattern.compile(" (\\w+)\\(MemorySegment|static int (\\w+)\\(int");
  private static final Pattern MARKER = Pattern.compile("// refused: (.*)$");

  static List<Refusal> refusals() throws IOException {
    List<String> lines = Files.readAllLines(source());
    List<Refusal> refusals = new ArrayList<>();
    String method = "";
    String entry = "";
    for (int i = 0; i < lines.size(); i++) {
      Matcher declared = METHOD.matcher(lines.get(i));
      if (lines.get(i).contains("static") && declared.find()
          || lines.get(i).contains("public void") && declared.find()) {
        method = declared.group(1) != null ? declared.group(1) : declared.group(2);
        if (lines.get(i).contains("public")) {
          entry = method;
        }
      }
      Matcher marker = MARKER.matcher(lines.get(i));
      if (marker.find()) {
        // A method refused as a whole is named by its first line of code.
        boolean whole =
            marker.group(1).startsWith("signature") || marker.group(1).startsWith("not a static");
        refusals.add(new Refusal(entry, method, whole ? i + 2 : i + 1, marker.group(1)));
      }
    }
    return refusals;
  }

  private static Path source() {
    Path inModule = Path.of("src/test/java/opml/compiler/kernels/Refused.java");
    return Files.exists(inModule) ? inModule : Path.of("machine", "compiler").resolve(inModule);
  }

  @Test
  void everyRefusedMethodIsListed() throws IOException {
    assertThat(refusals()).hasSizeGreaterThan(26);
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void theErrorNamesClassMethodAndLine(Refusal refusal) {
    RefusedException refused =
        catchThrowableOfType(
            RefusedException.class,
            () -> Compiler.compile(refusal.entry(), Refused.class, refusal.entry()));
    assertThat(refused).as(refusal.toString()).isNotNull();
    String where = "opml.compiler.kernels.Refused." + refusal.method();
    assertThat(refused)
        .hasMessageStartingWith(where + ", line " + refusal.line() + ": ")
        .hasMessageContaining(refusal.reason());
    assertThat(refused.line()).isEqualTo(refusal.line());
  }

  @Test
  void anUnknownMethodIsAnError() {
    assertThatThrownBy(() -> Compiler.compile("none", Refused.class, "none"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("opml.compiler.kernels.Refused has 0 methods named none, not one");
  }
}
