package opml.compiler.backend;

/// The machine's registers in our convention. There is no fixed split into caller- and callee-saved: callees are
/// compiled first, so a caller knows exactly which registers each of its calls destroys. The stack pointer never moves
/// (without recursion every frame has its place from the start).
final class Registers {
  static final int ZERO = 0;
  static final int LINK = 1;
  static final int STACK = 2;

  /// a0: the first argument and the result.
  static final int ARGUMENT = 10;

  /// a0 to a7; what is beyond goes through the callee's frame.
  static final int ARGUMENTS = 8;

  /// a7, which tells an ecall what to do.
  static final int SERVICE = 17;

  /// In the order in which they are handed out: arguments and temporaries first, so that small callees leave the
  /// others to their callers.
  private static final int[] ORDER = {
    10, 11, 12, 13, 14, 15, 16, 17, 5, 6, 7, 28, 29, 30, 31, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25,
    26, 27, 3, 4
  };

  static final int COUNT = ORDER.length;

  private Registers() {}

  static int inOrder(int index) {
    return ORDER[index];
  }

  static int bit(int register) {
    return 1 << register;
  }

  /// {@return all that values may live in}
  static int allocatable() {
    int mask = 0;
    for (int register : ORDER) {
      mask |= bit(register);
    }
    return mask;
  }
}
