package opml.lab.bench.vm;

import java.util.Arrays;
import java.util.SplittableRandom;
import opml.vm.machine.Machine;

/// Whether the compiled and the interpreted machine are in the same state at random steps.
///
/// @param stops how many steps were compared
/// @param differing the first step at which they differ; -1 if there is none
public record Agreement(BenchGuest.Kind kind, int stops, long differing) {
  private static final int STOPS = 1000;
  private static final long WITHIN = 300_000_000;

  /// {@return whether they agree everywhere}
  public boolean holds() {
    return differing < 0;
  }

  /// Compares within the guest's first three hundred million steps.
  static Agreement check(BenchGuest guest, long seed) {
    long[] stops = new SplittableRandom(seed).longs(STOPS, 0, WITHIN).sorted().distinct().toArray();
    Machine jit = machine(guest, Engine.JIT);
    Machine interpreter = machine(guest, Engine.INTERPRETER);
    for (long stop : stops) {
      jit.runTo(stop);
      interpreter.runTo(stop);
      if (jit.steps() != interpreter.steps()
          || !jit.state().hash().equals(interpreter.state().hash())
          || !Arrays.equals(jit.memory().bytes(), interpreter.memory().bytes())) {
        return new Agreement(guest.kind(), stops.length, stop);
      }
    }
    return new Agreement(guest.kind(), stops.length, -1);
  }

  private static Machine machine(BenchGuest guest, Engine engine) {
    return engine.machine(guest.executable(), guest.executable().newMemory());
  }
}
