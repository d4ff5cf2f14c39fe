package opml.twins.tile;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import opml.twins.x86.Emulator;
import opml.twins.x86.Gpr;
import opml.twins.x86.X86Code;

/// A tile's code in the emulator, called as the System V ABI says.
record EmulatedCode(X86Code code) implements TileCode {
  /// {@return the tiles of a form, on whatever processor}
  static TileChoice.Found tiles(TileForm form) {
    return MachineTiles.tiles(form, form.title + ", emulated", EmulatedCode::new);
  }

  @Override
  public void call(
      MemorySegment weights,
      long weightsAt,
      MemorySegment activations,
      long activationsAt,
      long activationStride,
      MemorySegment result,
      long resultAt,
      long resultStride,
      long steps,
      long tokens,
      long resume) {
    // Below, what is a function's own; first where to return.
    long[] stack = {0, 0, 0, 0, 0xDEAD, resultAt, resultStride, steps, tokens, resume};
    MemorySegment stackMemory = MemorySegment.ofArray(stack);
    new Emulator(List.of(weights, activations, result, stackMemory))
        .call(
            code,
            Map.of(
                Gpr.RDI,
                Emulator.address(0),
                Gpr.RSI,
                weightsAt,
                Gpr.RDX,
                Emulator.address(1),
                Gpr.RCX,
                activationsAt,
                Gpr.R8,
                activationStride,
                Gpr.R9,
                Emulator.address(2),
                Gpr.RSP,
                Emulator.address(3) + 4 * Long.BYTES));
  }
}
