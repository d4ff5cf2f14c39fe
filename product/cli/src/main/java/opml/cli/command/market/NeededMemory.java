package opml.cli.command.market;

import opml.cli.console.Problems;
import opml.engine.trace.RunMemory;

/// The memory that an agent's models are certain to take, beside what there is. Of the heap each run is looked at by
/// itself, since runs come and go there; what models take outside of it stays, and is added up.
final class NeededMemory {
  private static final long MEGABYTE = 1_000_000;

  private final long heap;
  private final long outside;
  private final Problems problems = new Problems();
  private long taken;

  /// @param heap bytes that Java may have
  /// @param outside bytes that may stay outside of its heap
  NeededMemory(long heap, long outside) {
    this.heap = heap;
    this.outside = outside;
  }

  /// Takes note of a model.
  ///
  /// @param name what errors call it
  /// @param session bytes outside of the heap of what finds its answers; 0 if nothing does
  void add(String name, RunMemory run, long session) {
    problems.when(
        run.least() > heap,
        "%s: a run takes at least %,d MB, Java has %,d MB; give it more with JAVA_TOOL_OPTIONS=-Xmx"
            .formatted(name, run.least() / MEGABYTE, heap / MEGABYTE));
    long bytes = run.outside() + session;
    problems.when(
        taken + bytes > outside,
        "%s: it takes %,d MB outside of Java's heap%s, and there are %,d MB for that, three quarters of the machine's"
            .formatted(
                name,
                bytes / MEGABYTE,
                taken == 0 ? "" : ", beside %,d MB of others".formatted(taken / MEGABYTE),
                outside / MEGABYTE));
    taken += bytes;
  }

  Problems problems() {
    return problems;
  }
}
