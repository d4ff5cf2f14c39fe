package opml.engine.commit;

import java.nio.charset.StandardCharsets;
import opml.core.hash.Keccak;
import opml.kernels.bound.StepBound;
import opml.kernels.catalog.Kernel;
import opml.kernels.catalog.PinnedProgram;

/// Programs by hand, so that the engine's tests do not change when a kernel's code does.
public final class TestPrograms {
  private TestPrograms() {}

  /// {@return a program that is known by its kernel's name}
  public static PinnedProgram of(Kernel kernel) {
    byte[] name = kernel.name().getBytes(StandardCharsets.UTF_8);
    return new PinnedProgram(
        Keccak.hash(name), 7, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, 256, StepBound.of(1_000));
  }
}
