package opml.twins;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import opml.engine.run.Constant;
import opml.engine.run.PreparedKernel;
import opml.kernels.cases.KernelCases;
import opml.kernels.cases.KernelCases.Case;
import opml.kernels.catalog.Kernel;
import opml.twins.call.Twin;

/// Compares a twin of a kernel that works on tokens with its reference, on random calls of the catalogue.
final class TokenTrial {
  private TokenTrial() {}

  /// {@return how a twin does on so many calls}
  static Trial.Verdict of(Kernel kernel, Twin twin, int calls, SplittableRandom random) {
    KernelCases cases = new KernelCases(random.nextLong());
    for (int i = 0; i < calls; i++) {
      if (!equal(kernel, twin, cases.next(kernel))) {
        return new Trial.Verdict.Refused("its bits differ from the reference's", true);
      }
    }
    return new Trial.Verdict.Equal();
  }

  private static boolean equal(Kernel kernel, Twin twin, Case call) {
    List<Optional<Constant>> unknown =
        Collections.nCopies(call.segments().size(), Optional.empty());
    Optional<PreparedKernel> prepared = twin.prepare(call.scalars(), unknown);
    if (prepared.isEmpty()) {
      return true;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment[] expected = segments(call, arena);
      kernel.run(expected, call.scalars());
      MemorySegment[] segments = segments(call, arena);
      MemorySegment scratch = arena.allocate(prepared.get().scratchBytes() + 1, 64);
      prepared.get().run(segments, scratch, 0, prepared.get().units());
      return areEqual(expected, segments);
    }
  }

  /// {@return the operands of a call, off the heap}
  static MemorySegment[] segments(Case call, Arena arena) {
    return call.segments().stream()
        .map(bytes -> arena.allocate(bytes.length, 64).copyFrom(MemorySegment.ofArray(bytes)))
        .toArray(MemorySegment[]::new);
  }

  static boolean areEqual(MemorySegment[] a, MemorySegment[] b) {
    boolean equal = a.length == b.length;
    for (int i = 0; equal && i < a.length; i++) {
      equal = a[i].mismatch(b[i]) == -1;
    }
    return equal;
  }
}
