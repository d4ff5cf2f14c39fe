package opml.lab.bench.vm;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import opml.lab.bench.BenchException;
import opml.vm.machine.Machine;
import opml.vm.state.Memory;

/// How fast a guest runs here and in qemu: million instructions a second of processor time, the best of some turns
/// taken one after the other, so that a busy machine disturbs both alike. Our own count of instructions serves for
/// both, since qemu does not count.
///
/// A turn of the compiled machine runs in the memory of the turn before, as replays in a dispute do; what HotSpot
/// compiles meanwhile, on threads of its own, is no part of its figure (the warm-up has its own).
///
/// @param instructions of one whole run
/// @param jit million instructions a second
/// @param interpreter the same
/// @param qemu the same; NaN without qemu
public record Speed(
    BenchGuest.Kind kind, long instructions, double jit, double interpreter, double qemu) {
  private static final int TURNS = 5;
  private static final long INTERPRETED = 400_000_000;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /// {@return JIT over qemu; NaN without qemu}
  public double ratio() {
    return jit / qemu;
  }

  static Speed measure(BenchGuest guest) {
    boolean peer = Tool.QEMU.missing().isEmpty();
    Memory memory = guest.executable().newMemory();
    double jit = Double.POSITIVE_INFINITY;
    double qemu = peer ? Double.POSITIVE_INFINITY : Double.NaN;
    long instructions = 0;
    for (int turn = 0; turn < TURNS; turn++) {
      memory.reset();
      Machine machine = Engine.JIT.machine(guest.executable(), memory);
      jit = Math.min(jit, seconds(machine, Long.MAX_VALUE));
      instructions = machine.steps();
      int exit = machine.state().exitCode();
      if (peer) {
        Tool.Run run = Tool.QEMU.run(List.of(guest.elf().toString()));
        qemu = Math.min(qemu, run.cpuSeconds());
        if (run.exitCode() != exit) {
          throw new BenchException(
              "%s: the digest is %d here and %d in qemu: one of the two is wrong"
                  .formatted(guest.kind().title(), exit, run.exitCode()));
        }
      }
    }
    memory.reset();
    Machine interpreter = Engine.INTERPRETER.machine(guest.executable(), memory);
    double interpreted = seconds(interpreter, INTERPRETED);
    return new Speed(
        guest.kind(),
        instructions,
        instructions / jit / 1e6,
        interpreter.steps() / interpreted / 1e6,
        instructions / qemu / 1e6);
  }

  private static double seconds(Machine machine, long steps) {
    long begin = THREADS.getCurrentThreadCpuTime();
    machine.runTo(steps);
    return (THREADS.getCurrentThreadCpuTime() - begin) / 1e9;
  }
}
