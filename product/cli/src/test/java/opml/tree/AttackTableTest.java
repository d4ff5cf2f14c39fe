package opml.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Holds `spec/protocol.md` §7 to its word: every test that its tables name exists.
class AttackTableTest {
  private static final Tree TREE = Tree.here();

  private static final Pattern NAME = Pattern.compile("`(\\w+)`");
  private static final Pattern FORGE =
      Pattern.compile("function (?:test_)?((?:(?<=test_)|testFuzz_|invariant_|after)\\w+)\\(");
  private static final Pattern JUNIT = Pattern.compile("^  void (\\w+)\\(", Pattern.MULTILINE);

  @Test
  void everyTestThatTheTablesNameExists() throws IOException {
    Set<String> written = new TreeSet<>();
    for (Path file : TREE.files(".t.sol")) {
      collect(FORGE, Files.readString(file), written);
    }
    for (Path file : TREE.files("Test.java")) {
      collect(JUNIT, Files.readString(file), written);
    }
    List<String> named = named();
    assertThat(named).hasSizeGreaterThan(60);
    assertThat(written).containsAll(named);
  }

  /// What stands between backquotes in the last column of the tables of tests.
  private static List<String> named() throws IOException {
    String text = Files.readString(TREE.root().resolve("spec/protocol.md"));
    String tests =
        text.substring(text.indexOf("\n## 7."), text.indexOf("\nWhat cannot apply, and why:"));
    List<String> names = new ArrayList<>();
    try (Stream<String> lines = tests.lines()) {
      lines
          .filter(line -> line.startsWith("| "))
          .map(line -> line.substring(line.lastIndexOf('|', line.length() - 2)))
          .forEach(column -> collect(NAME, column, names));
    }
    return names;
  }

  private static void collect(Pattern pattern, String text, Collection<String> into) {
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      into.add(matcher.group(1));
    }
  }
}
