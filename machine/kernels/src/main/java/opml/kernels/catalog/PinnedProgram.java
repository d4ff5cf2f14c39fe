package opml.kernels.catalog;

import java.util.Arrays;
import opml.core.hash.Bytes32;
import opml.kernels.bound.StepBound;

/// The compiled program of a kernel, as far as a descriptor needs it.
///
/// @param codeRoot root of the code tree
/// @param codeDepth depth of the code tree, whose leaves hold eight instructions each
/// @param constants the bytes that follow the parameters in the fixed segment
/// @param stackBytes the most that the program uses of its stack
/// @param bound the most instructions that it executes, from the first to the exit, over the kernel's scalars
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, and compared by content
public record PinnedProgram(
    Bytes32 codeRoot, int codeDepth, byte[] constants, int stackBytes, StepBound bound) {
  public PinnedProgram {
    if (codeDepth < 0 || codeDepth > 27 || stackBytes < 0) {
      throw new IllegalArgumentException(
          "not a program: code depth %d, stack %d bytes".formatted(codeDepth, stackBytes));
    }
    constants = constants.clone();
  }

  @Override
  public byte[] constants() {
    return constants.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PinnedProgram that
        && codeRoot.equals(that.codeRoot)
        && codeDepth == that.codeDepth
        && stackBytes == that.stackBytes
        && bound.equals(that.bound)
        && Arrays.equals(constants, that.constants);
  }

  @Override
  public int hashCode() {
    return codeRoot.hashCode();
  }

  @Override
  public String toString() {
    return "program %s, depth %d, %d bytes of constants, %d of stack"
        .formatted(codeRoot, codeDepth, constants.length, stackBytes);
  }
}
