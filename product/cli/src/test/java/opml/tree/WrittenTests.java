package opml.tree;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import opml.lab.bench.checkout.NamedTest;

/// The tests that stand in a tree, by the names that tables call them by.
final class WrittenTests {
  private static final Pattern JUNIT = Pattern.compile("^ +void (\\w+)\\(", Pattern.MULTILINE);
  private static final Pattern FORGE = Pattern.compile("^ +function (\\w+)\\(", Pattern.MULTILINE);

  private WrittenTests() {}

  /// {@return the tests of JUnit and of forge}
  static Set<NamedTest> in(Tree tree) {
    Set<NamedTest> written = new HashSet<>();
    for (Tree.Source source : tree.java()) {
      if (!source.main()) {
        collect(JUNIT, source.text(), source.className(), written);
      }
    }
    for (Path file : tree.files(".t.sol")) {
      collect(FORGE, Tree.read(file), String.valueOf(file.getFileName()), written);
    }
    return written;
  }

  private static void collect(Pattern pattern, String text, String place, Set<NamedTest> into) {
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      into.add(new NamedTest(place, matcher.group(1)));
    }
  }
}
