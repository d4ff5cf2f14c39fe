package opml.cli.command.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import opml.cli.console.Amounts;
import opml.cli.console.Json;
import opml.lab.bench.vm.Agreement;
import opml.lab.bench.vm.BenchGuest;
import opml.lab.bench.vm.Moves;
import opml.lab.bench.vm.Speed;
import opml.lab.bench.vm.VmFigures;
import org.jspecify.annotations.Nullable;

/// What `opml bench vm` found, for programs and for people.
record VmFiguresView(VmFigures figures) {
  /// {@return the figures for programs; null stands for what was not measured}
  public Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> ratios = new LinkedHashMap<>();
    Map<String, @Nullable Object> mips = new LinkedHashMap<>();
    for (BenchGuest.Kind kind : BenchGuest.Kind.values()) {
      ratios.put(kind.title(), null);
    }
    for (Speed speed : figures.speeds()) {
      ratios.put(speed.kind().title(), number(speed.ratio()));
      mips.put(
          speed.kind().title(),
          Json.object(
              "jit", number(speed.jit()),
              "interpreter", number(speed.interpreter()),
              "qemu", number(speed.qemu())));
    }
    Map<String, @Nullable Object> agreement = new LinkedHashMap<>();
    figures
        .agreements()
        .forEach(
            a ->
                agreement.put(
                    a.kind().title(), a.holds() ? a.stops() : "differs at step " + a.differing()));
    return Json.object(
        "ratios", ratios,
        "mips", mips,
        "agreement", agreement,
        "warmup_s", number(figures.warmUp()),
        "instr_per_mac", Json.object("int8", figures.int8PerMac(), "float", figures.floatPerMac()),
        "merkle",
            Json.object(
                "mb_s", number(figures.merkle().vector()),
                "scalar_mb_s", number(figures.merkle().scalar()),
                "speedup", number(figures.merkle().speedup()),
                "parallel_mb_s", number(figures.merkle().parallel()),
                "engine", figures.merkle().engine()),
        "move_s", number(figures.moves().slowest()),
        "gas",
            Json.object(
                "alu", figures.gas().alu(),
                "load", figures.gas().load(),
                "store", figures.gas().store(),
                "tx_alu", figures.gas().txAlu(),
                "tx_load", figures.gas().txLoad(),
                "tx_store", figures.gas().txStore()),
        "missing", figures.missing());
  }

  /// {@return the figures for people, each beside its goal}
  public String table() {
    Goals goals = new Goals();
    for (Speed speed : figures.speeds()) {
      goals.atLeast(
          "JIT / qemu, " + speed.kind().title(),
          speed.ratio(),
          "",
          speed.kind().goal(),
          "JIT %,.0f, qemu %,.0f, interpreter %,.0f M instructions/s"
              .formatted(speed.jit(), speed.qemu(), speed.interpreter()));
    }
    goals
        .atMost(
            "warm-up, 10 M instructions", figures.warmUp(), "s", 0.15, "fresh JVM, slowest guest")
        .atMost("instructions per MAC, int8 dense", figures.int8PerMac(), "", 8, "whole program")
        .atMost(
            "instructions per MAC, float32 dense", figures.floatPerMac(), "", 140, "whole program")
        .atLeast("Merkle root, 256 MiB", figures.merkle().vector(), "MB/s", 450, merkleNote())
        .atLeast(
            "Merkle root over scalar",
            figures.merkle().speedup(),
            "x",
            5,
            "scalar %.0f MB/s".formatted(figures.merkle().scalar()))
        .atMost(
            "15 states of a move, 2^36",
            figures.moves().slowest(),
            "s",
            1,
            describe(figures.moves()))
        .atMost(
            "gas of step, ALU", (double) figures.gas().alu(), "", 6_500, "execution, worst witness")
        .atMost("gas of step, load", (double) figures.gas().load(), "", 15_500, "")
        .atMost("gas of step, store", (double) figures.gas().store(), "", 17_500, "")
        .atMost(
            "gas of transaction, ALU", (double) figures.gas().txAlu(), "", 50_000, "calldata floor")
        .atMost("gas of transaction, load", (double) figures.gas().txLoad(), "", 75_000, "")
        .atMost("gas of transaction, store", (double) figures.gas().txStore(), "", 75_000, "");
    StringBuilder text = new StringBuilder(goals.toString());
    for (Agreement agreement : figures.agreements()) {
      text.append(
          agreement.holds()
              ? "%s: JIT and interpreter agree at %d random stops%n"
                  .formatted(agreement.kind().title(), agreement.stops())
              : "%s: JIT and interpreter DIFFER at step %d%n"
                  .formatted(agreement.kind().title(), agreement.differing()));
    }
    figures.missing().forEach(why -> text.append(why).append('\n'));
    return text.toString();
  }

  private String merkleNote() {
    return "%s; on all cores %.0f MB/s"
        .formatted(figures.merkle().engine(), figures.merkle().parallel());
  }

  private static @Nullable Object number(double value) {
    return Double.isFinite(value) ? value : null;
  }

  private static String describe(Moves moves) {
    return moves.seconds().stream()
        .map(s -> String.format(Locale.ROOT, "%.2f", s))
        .collect(
            Collectors.joining(
                " ",
                "moves: ",
                " s, after %s forward".formatted(Amounts.seconds(moves.forward()))));
  }
}
