package opml.lab.bench.node;

import java.util.List;
import java.util.function.Consumer;
import opml.lab.bench.BenchRow;
import opml.lab.bench.RowFigures;
import opml.lab.chaos.SoakRun;

/// The rows of the node's bench. Each stands alone.
public enum NodeRow implements BenchRow {
  MARKET(
      "1,000 open requests at once; then the calls of a block in which nothing is to be done, and of one more claim"),
  SHAMS("a hundred challenges of one right claim in one block, played on to the end"),
  STUCK("a kill while a move waits, and fifty times the base fee behind it"),
  HISTORY(
      "a hundred thousand requests that are over: how fast a store is filled, and what memory they take"),
  SOAK(
      "a thousand requests at once, with a server who lies and a challenger who denies, played on to the end"),
  LIES("kinds of lie by one RPC of three, and by the only one that must prove what it says");

  private final String story;

  NodeRow(String story) {
    this.story = story;
  }

  @Override
  public String story() {
    return story;
  }

  /// Measures; takes minutes, since blocks come by the clock.
  ///
  /// @param program that `opml` is, as a command without its words
  /// @param progress is told what happens
  public RowFigures run(List<String> program, Consumer<String> progress) {
    return switch (this) {
      case MARKET -> new MarketRow(program, progress).run();
      case SHAMS -> new ShamsRow(program, progress).run();
      case STUCK -> new StuckMoveRow(program, progress).run();
      case HISTORY -> new HistoryRow(progress).run();
      case LIES -> new LiesRow(program, progress).run();
      case SOAK -> new SoakRun(program, progress).play();
    };
  }
}
