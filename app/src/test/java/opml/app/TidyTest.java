package opml.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Rules that the compiler cannot check, held over every source file of the tree.
class TidyTest {
  private static final Path ROOT = Tree.root();

  private static final int LINE_COLUMNS_MAX = 120;

  /// What may not be called, and what stands in its place.
  private static final Map<Pattern, String> BANNED =
      Map.of(
          Pattern.compile(
              "\\bMath\\.(exp|log|sin|cos|tan|pow|tanh|cbrt|exp2|expm1|log1p|log10)\\("),
          "StrictMath, or a polynomial of our own: its bits differ between JVMs",
          Pattern.compile("\\breduceLanes\\("),
          "a written fold: the order of reduceLanes is not specified",
          Pattern.compile("\\bprintStackTrace\\("),
          "an error message that names the cause",
          Pattern.compile("\\bfloatToRawIntBits\\("),
          "floatToIntBits: a NaN has one form where it is stored",
          Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b"),
          "doing it, or a line in ROADMAP.md");

  @Test
  void noBannedCallIsLeft() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : Tree.sources(name -> name.endsWith(".java") || name.endsWith(".sol"))) {
      List<String> lines = Files.readAllLines(file);
      for (int i = 0; i < lines.size(); i++) {
        String code = lines.get(i).replaceFirst("//.*", "");
        for (Map.Entry<Pattern, String> rule : BANNED.entrySet()) {
          if (rule.getKey().matcher(code).find() && !isTestOfNumbers(file)) {
            found.add(place(file, i) + ": use " + rule.getValue());
          }
        }
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void noLineIsTooLong() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : Tree.sources(name -> name.endsWith(".java") || name.endsWith(".sol"))) {
      List<String> lines = Files.readAllLines(file);
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).codePointCount(0, lines.get(i).length()) > LINE_COLUMNS_MAX) {
          found.add(place(file, i));
        }
      }
    }
    assertThat(found).isEmpty();
  }

  @Test
  void everyPackageBeginsWithATour() throws IOException {
    List<Path> missing = new ArrayList<>();
    for (Path file : Tree.sources(name -> name.endsWith(".java"))) {
      Path folder = file.getParent();
      boolean ofMain = file.toString().contains("src/main/java");
      boolean ofModule = file.endsWith("module-info.java");
      if (ofMain && !ofModule && !Files.exists(folder.resolve("package-info.java"))) {
        missing.add(ROOT.relativize(folder));
      }
    }
    assertThat(missing.stream().distinct()).isEmpty();
  }

  @Test
  void everyModuleHasAReadme() throws IOException {
    try (Stream<Path> folders = Files.list(ROOT)) {
      assertThat(folders.filter(folder -> Files.exists(folder.resolve("pom.xml"))))
          .allSatisfy(folder -> assertThat(folder.resolve("README.md")).exists());
    }
  }

  @Test
  void theEngineTheMachineAndTheGameDoNotKnowEachOther() throws IOException {
    Map<String, List<String>> forbidden =
        Map.of(
            "core", List.of("kernels", "vm", "compiler", "engine", "game", "agent", "app"),
            "kernels", List.of("vm", "compiler", "engine", "game", "agent", "app"),
            "vm", List.of("kernels", "compiler", "engine", "game", "agent", "app"),
            "engine", List.of("vm", "compiler", "game", "agent", "app"),
            "game", List.of("kernels", "vm", "compiler", "engine", "agent", "app"),
            "agent", List.of("app"));
    List<String> found = new ArrayList<>();
    for (Map.Entry<String, List<String>> module : forbidden.entrySet()) {
      Path main = ROOT.resolve(module.getKey()).resolve("src/main/java");
      for (Path file : Tree.sources(name -> name.endsWith(".java"))) {
        if (file.startsWith(main)) {
          String text = Files.readString(file);
          for (String other : module.getValue()) {
            if (text.contains("import opml." + other + ".")) {
              found.add(ROOT.relativize(file) + " knows " + other);
            }
          }
        }
      }
    }
    assertThat(found).isEmpty();
  }

  /// Tests may compare our functions with the platform's, and must show that the compiler refuses those.
  private static boolean isTestOfNumbers(Path file) {
    return file.toString().contains("src/test/java/opml/kernels")
        || file.endsWith("src/test/java/opml/compiler/kernels/Refused.java");
  }

  private static String place(Path file, int line) {
    return ROOT.relativize(file) + ":" + (line + 1);
  }
}
