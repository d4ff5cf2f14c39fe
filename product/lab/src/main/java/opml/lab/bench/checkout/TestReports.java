package opml.lab.bench.checkout;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import opml.lab.bench.BenchException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/// What surefire's reports say of tests that were run.
///
/// @param results one a test, in the order of the files
public record TestReports(List<Result> results) {
  /// Folders from a checkout down to a report.
  private static final int DEPTH = 5;

  /// How one test ended.
  public enum Outcome {
    PASSED,
    SKIPPED,
    FAILED
  }

  /// @param className full name of the test's class
  /// @param name of the method, followed by what tells apart the tests that it makes
  public record Result(String className, String name, Outcome outcome) {
    /// {@return the class's own name}
    public String simpleName() {
      return className.substring(
          1 + Math.max(className.lastIndexOf('.'), className.lastIndexOf('$')));
    }

    @Override
    public String toString() {
      return simpleName() + "." + name;
    }
  }

  public TestReports {
    results = List.copyOf(results);
  }

  /// Runs the tests of these classes by Maven, after all that they need, and reads what came of them.
  ///
  /// @param home a checkout
  /// @param classes simple names of test classes, with what is nested in them
  /// @param options more of Maven's options
  public static TestReports run(Path home, Set<String> classes, String... options) {
    delete(home);
    String tests = classes.stream().sorted().map(name -> name + "*").collect(joining(","));
    List<String> command = new ArrayList<>(List.of("mvn", "-B", "-fae", "-Dtest=" + tests));
    command.add("-Dsurefire.failIfNoSpecifiedTests=false");
    command.addAll(List.of(options));
    command.add("verify");
    Shell.run(home, Map.of(), command);
    return below(home);
  }

  /// {@return how many tests of this name ran, and passed, whatever tells apart the tests that its method makes}
  public Count count(NamedTest named) {
    return count(
        test ->
            test.simpleName().equals(named.place())
                && Stream.of(test.name(), test.name().replaceFirst("[({\\[].*", ""))
                    .anyMatch(named.name()::equals));
  }

  /// Reads all reports below a checkout.
  private static TestReports below(Path home) {
    return new TestReports(files(home).stream().flatMap(file -> read(file).stream()).toList());
  }

  /// Deletes all reports below a checkout, so that nothing is taken for new that is old.
  private static void delete(Path home) {
    try {
      for (Path file : files(home)) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> files(Path home) {
    try (Stream<Path> files = Files.walk(home, DEPTH)) {
      return files.filter(TestReports::isReport).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// {@return how many of these tests ran, and passed}
  public Count count(Predicate<Result> wanted) {
    List<Result> ran =
        results.stream().filter(wanted).filter(r -> r.outcome() != Outcome.SKIPPED).toList();
    return new Count(
        ran.size(), (int) ran.stream().filter(r -> r.outcome() == Outcome.PASSED).count());
  }

  public List<Result> failed() {
    return results.stream().filter(result -> result.outcome() == Outcome.FAILED).toList();
  }

  private static boolean isReport(Path file) {
    String name = String.valueOf(file.getFileName());
    return file.toString().contains("surefire-reports")
        && name.startsWith("TEST-")
        && name.endsWith(".xml");
  }

  private static List<Result> read(Path file) {
    List<Result> results = new ArrayList<>();
    try {
      NodeList cases =
          DocumentBuilderFactory.newDefaultInstance()
              .newDocumentBuilder()
              .parse(file.toFile())
              .getElementsByTagName("testcase");
      for (int i = 0; i < cases.getLength(); i++) {
        if (cases.item(i) instanceof Element test) {
          results.add(
              new Result(test.getAttribute("classname"), test.getAttribute("name"), outcome(test)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (SAXException | ParserConfigurationException e) {
      throw new BenchException(file + ": not a report of surefire's: " + e.getMessage(), e);
    }
    return results;
  }

  private static Outcome outcome(Element test) {
    if (has(test, "failure") || has(test, "error")) {
      return Outcome.FAILED;
    }
    return has(test, "skipped") ? Outcome.SKIPPED : Outcome.PASSED;
  }

  private static boolean has(Element test, String name) {
    return test.getElementsByTagName(name).getLength() > 0;
  }
}
