package opml.vm.state;

import opml.core.codec.Preimage;
import opml.core.hash.Bytes32;

/// What identifies a program and the shape of its machine: all that a step's verifier knows of it.
///
/// @param codeRoot root of the tree over the program's bytes
/// @param codeDepth depth of that tree, 0 to 16
/// @param memDepth depth of the tree over the data memory, 0 to 32: the memory has `2^(memDepth+5)` bytes
public record ProgramDescriptor(Bytes32 codeRoot, int codeDepth, int memDepth) {
  /// Deepest code tree: 2 MiB of code.
  public static final int MAX_CODE_DEPTH = 16;

  /// Deepest memory tree: 128 GiB of addresses.
  public static final int MAX_MEM_DEPTH = 32;

  public ProgramDescriptor {
    requireDepth("codeDepth", codeDepth, MAX_CODE_DEPTH);
    checkMemDepth(memDepth);
  }

  static void checkMemDepth(int memDepth) {
    requireDepth("memDepth", memDepth, MAX_MEM_DEPTH);
  }

  private static void requireDepth(String name, int depth, int max) {
    if (depth < 0 || depth > max) {
      throw new IllegalArgumentException(name + " is " + depth + ", not in 0.." + max);
    }
  }

  /// {@return the hash of the preimage `program`, `spec/protocol.md` §1.2}
  public Bytes32 commitment() {
    return preimage().hash();
  }

  /// {@return the commitment's preimage}
  public Preimage preimage() {
    return Preimage.tagged("program").word(codeRoot).word(codeDepth).word(memDepth);
  }

  /// {@return whether there is an instruction word at `pc`: it is aligned and inside the code tree}
  public boolean holds(long pc) {
    return holds(codeDepth, pc);
  }

  static boolean holds(int codeDepth, long pc) {
    return (pc & 3) == 0 && pc >>> (codeDepth + 5) == 0;
  }
}
