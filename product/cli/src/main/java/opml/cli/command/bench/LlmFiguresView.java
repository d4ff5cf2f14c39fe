package opml.cli.command.bench;

import java.util.Locale;
import opml.lab.bench.llm.LlmFigures;
import opml.lab.bench.llm.LlmFigures.Case;
import opml.lab.bench.llm.LlmFigures.Check;
import opml.lab.bench.llm.LlmFigures.Claim;
import opml.lab.bench.llm.LlmFigures.Dispute;
import opml.lab.bench.llm.LlmFigures.Greedy;
import opml.lab.bench.llm.LlmFigures.Missing;
import opml.lab.bench.llm.LlmFigures.Opened;
import opml.lab.bench.llm.LlmFigures.Perplexity;

/// The figures of language models for people.
final class LlmFiguresView {
  private static final double MOST_CHECK = 0.35;
  private static final double MOST_CLAIM = 0.5;
  private static final double MOST_EXTRA = 2.5;
  private static final double MOST_MOVES = 14;
  private static final double MOST_GAS = 1_900_000;

  private LlmFiguresView() {}

  static String table(LlmFigures figures) {
    Goals goals = new Goals();
    for (Case one : figures.cases()) {
      goals.atLeast(name(one), one.ratio(), "times as fast", one.goal(), beside(one));
    }
    for (Case one : figures.vectorCases()) {
      String name = name(one) + ", Vector API";
      goals.atLeast(name, one.ratio(), "times as fast", one.goal(), beside(one));
    }
    figures.checks().forEach(one -> check(goals, one));
    figures.claims().forEach(one -> claim(goals, one));
    figures.opened().forEach(one -> opened(goals, one));
    figures.perplexity().forEach(one -> perplexity(goals, one));
    figures.greedy().forEach(one -> greedy(goals, one));
    figures.disputes().forEach(one -> dispute(goals, one));
    StringBuilder text = new StringBuilder(goals.toString());
    figures.missing().forEach(one -> text.append(missing(one)));
    return text.toString();
  }

  private static String name(Case one) {
    return one.model()
        + switch (one.test()) {
          case PROMPT -> ", prompt of 512";
          case DECODE -> ", decode";
          case LOAD, GREEDY, PERPLEXITY, CHECK, VECTOR, CLAIM, DISPUTE ->
              throw new IllegalArgumentException(one.test() + " has no speed");
        };
  }

  private static String beside(Case one) {
    return String.format(
        Locale.ROOT,
        "%.1f tokens a second, llama.cpp %.1f%s",
        one.ours(),
        one.peer(),
        one.flash() ? " (flash attention)" : "");
  }

  private static void check(Goals goals, Check one) {
    goals.atMost(
        one.model() + ", checking 256 tokens",
        one.share(),
        "of writing them",
        MOST_CHECK,
        String.format(Locale.ROOT, "%.3g s and %.3g s", one.checkSeconds(), one.writeSeconds()));
  }

  private static void claim(Goals goals, Claim one) {
    goals.atMost(
        one.model() + ", claiming 256 tokens adds",
        100 * one.share(),
        "% of writing them",
        MOST_CLAIM,
        String.format(
            Locale.ROOT,
            "%.3g s; once a model, its weights hashed: %.3g s",
            one.writeSeconds(),
            one.onceSeconds()));
    for (Claim.Part part : one.parts()) {
      goals.atMost(
          one.model() + ", of that: " + part.name(), 1e6 * part.seconds(), "µs", Double.NaN, "");
    }
  }

  private static void opened(Goals goals, Opened one) {
    goals.atMost(
        one.model() + ", load to first token",
        one.loadSeconds(),
        "s",
        one.peerLoadSeconds(),
        "llama.cpp");
    goals.atMost(
        one.model() + ", memory above its file",
        one.extraGigabytes(),
        "GB",
        MOST_EXTRA,
        String.format(Locale.ROOT, "llama.cpp %.3g GB", one.peerExtraGigabytes()));
    goals.atMost(
        one.model() + ", a token allocates", (double) one.allocatedBytes(), "bytes", 0, "");
  }

  private static void perplexity(Goals goals, Perplexity one) {
    goals.atMost(
        one.model() + ", perplexity above " + one.against(),
        100 * one.excess(),
        "%",
        100 * one.goal(),
        String.format(
            Locale.ROOT, "%.6g and %.6g on %d tokens", one.ours(), one.reference(), one.tokens()));
  }

  private static void greedy(Goals goals, Greedy one) {
    goals.atLeast(
        one.model() + ", the tokens that others chose",
        one.equal() ? 1 : 0,
        "(1: equal)",
        1,
        one.equal() ? one.at() + " tokens" : difference(one));
  }

  private static String difference(Greedy one) {
    return String.format(
        Locale.ROOT,
        "differs behind %d, where our token is ahead by %.3g, and for %s by %.3g",
        one.at(),
        one.gap(),
        one.against(),
        one.peerGap());
  }

  private static void dispute(Goals goals, Dispute one) {
    String name = one.model() + ", a dispute: ";
    goals.atMost(name + "time", one.seconds(), "s", one.goal(), "without passing of time");
    goals.atMost(name + "moves", one.moves(), "", MOST_MOVES, "");
    goals.atMost(name + "gas", (double) one.gas(), "", MOST_GAS, "");
  }

  private static String missing(Missing one) {
    return "not measured: %s, %s: %s%n".formatted(one.model(), one.test().label(), one.reason());
  }
}
