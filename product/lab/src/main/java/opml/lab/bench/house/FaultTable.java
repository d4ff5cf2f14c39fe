package opml.lab.bench.house;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The faults that strangers found, from `faults.tsv`: each with the test that would find it again.
public record FaultTable(List<Fault> faults) {
  private static final String RESOURCE = "faults.tsv";

  /// @param what was wrong
  /// @param testClass simple name of the class of the test
  /// @param method its name
  public record Fault(String what, String testClass, String method) {}

  public FaultTable {
    faults = List.copyOf(faults);
  }

  /// {@return the table of this build}
  public static FaultTable load() {
    List<Fault> faults = new ArrayList<>();
    for (String line : text().lines().toList()) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] cells = line.split("\t", -1);
        String[] test = cells[cells.length - 1].split("\\.", -1);
        if (cells.length != 2 || test.length != 2) {
          throw new IllegalStateException(RESOURCE + ": not FAULT, TAB, CLASS.METHOD: " + line);
        }
        faults.add(new Fault(cells[0], test[0], test[1]));
      }
    }
    return new FaultTable(faults);
  }

  private static String text() {
    try (InputStream in = FaultTable.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException("this build lacks " + RESOURCE);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
