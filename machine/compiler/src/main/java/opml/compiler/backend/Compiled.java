package opml.compiler.backend;

import java.util.Map;
import opml.compiler.ir.MethodRef;

/// What callers must know of the methods compiled before them.
///
/// @param clobbered the registers a call destroys, the link register among them
/// @param frameBase where the method's frame begins, in bytes above the stack pointer
/// @param frameBytes its size
record Compiled(int clobbered, int frameBase, int frameBytes) {
  int frameEnd() {
    return frameBase + frameBytes;
  }

  static Compiled of(Map<MethodRef, Compiled> known, MethodRef ref) {
    Compiled found = known.get(ref);
    if (found == null) {
      throw new IllegalStateException("a callee that was not compiled before its caller: " + ref);
    }
    return found;
  }
}
