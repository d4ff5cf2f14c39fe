package opml.vm.jit;

/// A region's code: one method that keeps the guest's registers in local variables.
abstract class Region {
  /// Place of the budget in a frame, behind the registers.
  static final int BUDGET = 32;

  /// Longs in a frame.
  static final int FRAME = 33;

  // HotSpot's last compiler takes a method that was called often, rather than one that loops long;
  // so the first calls
  // are short. Each is long enough for any way through a region.
  private static final int FIRST_CALLS = 1000;
  private static final int FIRST_SHARE = 10_000;
  private static final int SHARE = 200_000;

  private int calls;

  /// {@return the number of instructions to let the region execute in its next call}
  final int share() {
    if (calls < FIRST_CALLS) {
      calls++;
      return FIRST_SHARE;
    }
    return SHARE;
  }

  /// Runs from the region's head until it is left, or until its budget might not do.
  ///
  /// @param frame x0 to x31 and the number of instructions that may be executed; holds afterwards the registers then,
  ///     and the number of instructions left
  /// @return the pc at which to go on
  abstract long run(long[] frame);
}
