package opml.lab.conformance.riscv;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import opml.core.codec.MalformedException;
import opml.lab.conformance.step.StepReferee;
import opml.lab.conformance.step.StepSample;
import opml.vm.elf.Elf64;
import opml.vm.elf.Executable;
import opml.vm.elf.MemoryShortException;
import opml.vm.jit.Machines;
import opml.vm.machine.Machine;
import opml.vm.state.MachineState;

/// Runs executables on every machine and compares: the final states of whole runs, and, step by step, samples of the
/// run in the replaying `Step` and in the contract. The samples are at random places, and always the first and the last
/// step and one beyond the halt.
public final class RiscvCheck {
  private final List<Runner> runners;
  private final Optional<StepReferee> contract;
  private final long limit;
  private final int samples;
  private final long seed;

  /// @param contract if there is one
  /// @param limit steps after which a program counts as endless
  /// @param samples how many steps to try singly
  public RiscvCheck(
      List<Runner> runners, Optional<StepReferee> contract, long limit, int samples, long seed) {
    this.runners = List.copyOf(runners);
    this.contract = contract;
    this.limit = limit;
    this.samples = samples;
    this.seed = seed;
  }

  /// {@return what became of the file}
  ///
  /// @throws IOException if it cannot be read
  public RiscvResult check(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    Executable executable;
    try {
      executable = Elf64.load(file);
    } catch (MalformedException e) {
      return RiscvResult.refused(name, String.valueOf(e.getMessage()));
    }
    Executable.Outcome outcome;
    try {
      outcome = runners.getFirst().way().run(executable, limit);
    } catch (MemoryShortException e) {
      return RiscvResult.refused(name, String.valueOf(e.getMessage()));
    }
    Map<String, String> agreement = new TreeMap<>();
    List<String> differences = new ArrayList<>();
    wholes(executable, outcome, agreement, differences);
    samples(executable, outcome, name, agreement, differences);
    return new RiscvResult(
        name,
        verdict(outcome.state()),
        message(outcome, executable.base()),
        outcome.steps(),
        outcome.state().hash().toString(),
        agreement,
        differences);
  }

  private void wholes(
      Executable executable,
      Executable.Outcome expected,
      Map<String, String> agreement,
      List<String> differences) {
    for (Runner runner : runners.subList(1, runners.size())) {
      if (expected.steps() > runner.most()) {
        continue;
      }
      Executable.Outcome other = runner.way().run(executable, limit);
      boolean same = other.steps() == expected.steps() && other.state().equals(expected.state());
      agreement.put(runner.name(), same ? "all" : "DIFFERS");
      if (!same) {
        differences.add(
            "%s ends after %d steps in %s, the %s after %d in %s"
                .formatted(
                    runner.name(),
                    other.steps(),
                    other.state(),
                    runners.getFirst().name(),
                    expected.steps(),
                    expected.state()));
      }
    }
  }

  private void samples(
      Executable executable,
      Executable.Outcome outcome,
      String name,
      Map<String, String> agreement,
      List<String> differences) {
    Machine machine = executable.machine(Machines::of);
    SortedSet<Long> places = places(outcome.steps(), name);
    for (long place : places) {
      StepSample sample = StepSample.take(machine, place);
      sample.difference("Step", StepReferee.replaying()).ifPresent(differences::add);
      contract
          .flatMap(referee -> sample.difference("contract", referee))
          .ifPresent(differences::add);
    }
    String count = places.size() + " samples";
    agreement.merge("Step", count, (whole, _) -> whole);
    agreement.put("contract", contract.isPresent() ? count : "not asked");
    for (String referee : List.of("Step", "contract")) {
      if (differences.stream().anyMatch(line -> line.startsWith(referee + ","))) {
        agreement.put(referee, "DIFFERS");
      }
    }
  }

  private SortedSet<Long> places(long steps, String name) {
    SplittableRandom random = new SplittableRandom(seed + name.hashCode());
    SortedSet<Long> places = new TreeSet<>(List.of(0L, Math.max(0, steps - 1), steps));
    long wanted = Math.min(steps, samples);
    while (places.size() < wanted) {
      places.add(random.nextLong(steps));
    }
    return places;
  }

  private static RiscvVerdict verdict(MachineState state) {
    if (!state.halted()) {
      return RiscvVerdict.ENDLESS;
    }
    if (!state.hasExited()) {
      return RiscvVerdict.ILLEGAL;
    }
    return state.exitCode() == 0 ? RiscvVerdict.PASSED : RiscvVerdict.FAILED;
  }

  private static String message(Executable.Outcome outcome, long base) {
    MachineState state = outcome.state();
    return switch (verdict(state)) {
      case PASSED, REFUSED -> "";
      case FAILED ->
          "exit code %d, which in riscv-tests is test %d"
              .formatted(state.exitCode(), state.exitCode() >>> 1);
      case ILLEGAL ->
          "no instruction of the machine at pc 0x%x".formatted(state.pc())
              + (base == 0
                  ? ""
                  : "; the code was moved down by 0x%x: link it below 2 MiB if it jumps to absolute addresses"
                      .formatted(base));
      case ENDLESS ->
          "still runs at pc 0x%x after %d steps; --limit allows more"
              .formatted(state.pc(), outcome.steps());
    };
  }
}
