package opml.lab.bench.siege;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What the audit found, from `findings.tsv`: each with the tests that would find it again.
public record FindingTable(List<Finding> findings) {
  private static final String RESOURCE = "findings.tsv";

  /// @param number as the audit has it
  /// @param what was wrong
  /// @param place simple name of the test's class, or of the contract's file of tests
  /// @param test its name
  public record Finding(int number, String what, String place, String test) {
    /// {@return whether it is a test of contracts, which forge runs}
    public boolean isOfContracts() {
      return place.endsWith(".t.sol");
    }

    /// {@return whether forge looks for a history of calls that breaks it}
    boolean isInvariant() {
      return test.startsWith("invariant_");
    }

    @Override
    public String toString() {
      return "%d, %s: %s#%s".formatted(number, what, place, test);
    }
  }

  public FindingTable {
    findings = List.copyOf(findings);
  }

  /// {@return the table of this build}
  public static FindingTable load() {
    List<Finding> findings = new ArrayList<>();
    for (String line : text().lines().toList()) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] cells = line.split("\t", -1);
        String[] test = cells[cells.length - 1].split("#", -1);
        if (cells.length != 3 || test.length != 2 || !cells[0].matches("\\d{1,3}")) {
          throw new IllegalStateException(
              RESOURCE + ": not NUMBER, TAB, FINDING, TAB, PLACE#TEST: " + line);
        }
        findings.add(new Finding(Integer.parseInt(cells[0]), cells[1], test[0], test[1]));
      }
    }
    return new FindingTable(findings);
  }

  private static String text() {
    try (InputStream in = FindingTable.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("this build lacks " + RESOURCE);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
