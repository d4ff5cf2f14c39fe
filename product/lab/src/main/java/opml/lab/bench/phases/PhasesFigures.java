package opml.lab.bench.phases;

import java.util.List;

/// What the same inference costs in one phase and in two.
///
/// @param rows by growing models
/// @param missing what was not measured, and why
public record PhasesFigures(List<Row> rows, List<String> missing) {
  public PhasesFigures {
    rows = List.copyOf(rows);
    missing = List.copyOf(missing);
  }

  /// A model.
  ///
  /// @param parts that it is made of: `n`
  public record Row(int parts, Phases one, Phases two) {
    /// {@return how many times as fast the native phase makes it: the paper's α}
    public double alpha() {
      return one.seconds() / two.seconds();
    }
  }

  /// A way to run it.
  ///
  /// @param seconds of the inference, its last state committed to
  /// @param states that can be asked for, in all levels of a game: of the graph, and of the machine in its longest node
  /// @param bytes that lie under the roots of these states: the machine's memory in its largest node, and a leaf for
  ///     each slot of the graph, if there is a graph to speak of
  /// @param dispute over an element of the output; none where no chain could be had
  public record Phases(double seconds, long states, long bytes, Dispute dispute) {}

  /// A whole dispute on a chain.
  ///
  /// @param moves 0 if there was none
  public record Dispute(double seconds, int moves, long gas) {
    /// None.
    public static final Dispute NONE = new Dispute(Double.NaN, 0, 0);
  }
}
