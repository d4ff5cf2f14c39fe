package opml.app.bench.vm;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import opml.app.bench.gas.GasFigures;
import opml.app.cli.output.Json;
import org.jspecify.annotations.Nullable;

/// What `opml bench vm` found.
///
/// @param speeds one a guest; empty without a compiler for them
/// @param agreements one a guest
/// @param warmUp seconds for ten million instructions in a fresh JVM, the slowest guest; NaN without guests
/// @param int8PerMac instructions per multiply-accumulate of our cross-compiler's int8 dense layer
/// @param floatPerMac the same of the float32 dense layer
/// @param missing why some figures are not there
public record VmFigures(
    List<Speed> speeds,
    List<Agreement> agreements,
    double warmUp,
    double int8PerMac,
    double floatPerMac,
    MerkleSpeed merkle,
    Moves moves,
    GasFigures gas,
    List<String> missing) {

  /// {@return whether nothing is wrong, however slow it may be}
  public boolean right() {
    return agreements.stream().allMatch(Agreement::holds);
  }

  /// {@return the figures for programs; null stands for what was not measured}
  public Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> ratios = new LinkedHashMap<>();
    Map<String, @Nullable Object> mips = new LinkedHashMap<>();
    for (Guest.Kind kind : Guest.Kind.values()) {
      ratios.put(kind.title(), null);
    }
    for (Speed speed : speeds) {
      ratios.put(speed.kind().title(), number(speed.ratio()));
      mips.put(
          speed.kind().title(),
          Json.object(
              "jit", number(speed.jit()),
              "interpreter", number(speed.interpreter()),
              "qemu", number(speed.qemu())));
    }
    Map<String, @Nullable Object> agreement = new LinkedHashMap<>();
    agreements.forEach(
        a ->
            agreement.put(
                a.kind().title(), a.holds() ? a.stops() : "differs at step " + a.differing()));
    return Json.object(
        "ratios", ratios,
        "mips", mips,
        "agreement", agreement,
        "warmup_s", number(warmUp),
        "instr_per_mac", Json.object("int8", int8PerMac, "float", floatPerMac),
        "merkle",
            Json.object(
                "mb_s", number(merkle.vector()),
                "scalar_mb_s", number(merkle.scalar()),
                "speedup", number(merkle.speedup()),
                "parallel_mb_s", number(merkle.parallel()),
                "engine", merkle.engine()),
        "move_s", number(moves.slowest()),
        "gas",
            Json.object(
                "alu", gas.alu(),
                "load", gas.load(),
                "store", gas.store(),
                "tx_alu", gas.txAlu(),
                "tx_load", gas.txLoad(),
                "tx_store", gas.txStore()),
        "missing", missing);
  }

  /// {@return the figures for people, each beside its goal}
  public String table() {
    Goals goals = new Goals();
    for (Speed speed : speeds) {
      goals.atLeast(
          "JIT / qemu, " + speed.kind().title(),
          speed.ratio(),
          "",
          speed.kind().goal(),
          "JIT %,.0f, qemu %,.0f, interpreter %,.0f M instructions/s"
              .formatted(speed.jit(), speed.qemu(), speed.interpreter()));
    }
    goals
        .atMost("warm-up, 10 M instructions", warmUp, "s", 0.15, "fresh JVM, slowest guest")
        .atMost("instructions per MAC, int8 dense", int8PerMac, "", 8, "whole program")
        .atMost("instructions per MAC, float32 dense", floatPerMac, "", 140, "whole program")
        .atLeast("Merkle root, 256 MiB", merkle.vector(), "MB/s", 450, merkleNote())
        .atLeast(
            "Merkle root over scalar",
            merkle.speedup(),
            "x",
            5,
            "scalar %.0f MB/s".formatted(merkle.scalar()))
        .atMost("15 states of a move, 2^36", moves.slowest(), "s", 1, moves.toString())
        .atMost("gas of step, ALU", (double) gas.alu(), "", 6_500, "execution, worst witness")
        .atMost("gas of step, load", (double) gas.load(), "", 15_500, "")
        .atMost("gas of step, store", (double) gas.store(), "", 17_500, "")
        .atMost("gas of transaction, ALU", (double) gas.txAlu(), "", 50_000, "calldata floor")
        .atMost("gas of transaction, load", (double) gas.txLoad(), "", 75_000, "")
        .atMost("gas of transaction, store", (double) gas.txStore(), "", 75_000, "");
    StringBuilder text = new StringBuilder(goals.toString());
    for (Agreement agreement : agreements) {
      text.append(
          agreement.holds()
              ? "%s: JIT and interpreter agree at %d random stops%n"
                  .formatted(agreement.kind().title(), agreement.stops())
              : "%s: JIT and interpreter DIFFER at step %d%n"
                  .formatted(agreement.kind().title(), agreement.differing()));
    }
    missing.forEach(why -> text.append(why).append('\n'));
    return text.toString();
  }

  private String merkleNote() {
    return "%s; on all cores %.0f MB/s".formatted(merkle.engine(), merkle.parallel());
  }

  private static @Nullable Object number(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
