package opml.lab.bench.llm;

import java.io.IOException;
import opml.lab.bench.llm.LlmFigures.Case;
import opml.lab.bench.llm.LlmFigures.Test;

/// Both sides do the same, one after the other and never at once; the best of all turns counts.
final class TurnRace {
  private final Sides sides;
  private double ours = Double.POSITIVE_INFINITY;
  private double peer = Double.POSITIVE_INFINITY;
  private boolean flash;
  private double elapsed;
  private double idle;

  TurnRace(Sides sides) {
    this.sides = sides;
  }

  /// What a side does: seconds, and of llama.cpp whether flash attention was on.
  @FunctionalInterface
  interface Turn {
    double[] of(TextProcess side) throws IOException;
  }

  void turn(Turn turn) throws IOException {
    TextProcess our = sides.ours();
    TextProcess their = sides.peer();
    ours = Math.min(ours, timed(turn, our, their)[0]);
    double[] told = timed(turn, their, our);
    peer = Math.min(peer, told[0]);
    flash = told[1] > 0;
  }

  private double[] timed(Turn turn, TextProcess runs, TextProcess waits) throws IOException {
    double cpu = waits.cpuSeconds();
    long begin = System.nanoTime();
    double[] told = turn.of(runs);
    elapsed += (System.nanoTime() - begin) / 1e9;
    idle += waits.cpuSeconds() - cpu;
    return told;
  }

  /// {@return the part of the time that the side without the turn has worked}
  double idleShare() {
    return idle / elapsed;
  }

  /// @param tokens that a turn's seconds are for
  Case figure(String model, Test test, int tokens, double goal) {
    return new Case(model, test, tokens / ours, tokens / peer, flash, goal);
  }
}
