package opml.lab.bench.house;

import java.util.List;
import opml.lab.bench.checkout.Count;

/// What `opml bench house` found.
///
/// @param scenarios those of `opml demo --all` that ended as they must
/// @param gasRatio gas of all scenarios over what they cost before the tree was re-laid
/// @param readme commands of the README that ran word for word in a fresh clone
/// @param firstDemoRatio time of the first `opml demo` with an empty Maven repository over that of
///     `mvn -q -DskipTests package` alone; NaN if it was not measured
/// @param cases files of `shared/data/onnx-cases` with the right value or a complete, right refusal
/// @param launcher ways to start the launcher
/// @param faults that a stranger found once, each a test by name
/// @param missing why some figures are not there, and which tests failed
public record HouseFigures(
    Count scenarios,
    double gasRatio,
    Count readme,
    double firstDemoRatio,
    Count cases,
    Count launcher,
    Count faults,
    List<String> missing) {
  /// The first demo may take so many times as long as the build alone.
  public static final double FIRST_DEMO_MOST = 1.3;

  public HouseFigures {
    missing = List.copyOf(missing);
  }

  /// {@return whether nothing is broken, however long the first demo took}
  public boolean right() {
    return scenarios.whole()
        && readme.whole()
        && cases.right() == cases.total()
        && launcher.whole()
        && faults.whole();
  }
}
