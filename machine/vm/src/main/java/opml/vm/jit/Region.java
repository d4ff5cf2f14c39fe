package opml.vm.jit;

import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Objects;

/// A region's code: one method that keeps the guest's registers in local variables.
abstract class Region {
  /// Place of the budget in a frame, behind the registers.
  static final int BUDGET = 32;

  /// Longs in a frame.
  static final int FRAME = 33;

  /// What is left in place of a budget if the region guessed wrong, and was left at once.
  static final long WRONG_GUESS = -1;

  // HotSpot's last compiler takes a method that was called often, rather than one that loops long;
  // so the first calls are short. Yet each is long enough for the way from any check to the next,
  // at most a method's length.
  private static final int FIRST_CALLS = 1000;
  private static final int FIRST_SHARE = 10_000;
  private static final int SHARE = 200_000;

  private int calls;

  /// {@return an array that the class of `lookup` was made with}
  ///
  /// Asked for by the class's initialiser. A dynamic constant would do the same, but takes a young JVM far longer.
  static byte[] data(MethodHandles.Lookup lookup, int at) throws IllegalAccessException {
    List<?> data = MethodHandles.classData(lookup, ConstantDescs.DEFAULT_NAME, List.class);
    return (byte[]) Objects.requireNonNull(data).get(at);
  }

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
  ///     and the number of instructions left, or [#WRONG_GUESS]
  /// @return the pc at which to go on
  abstract long run(long[] frame);
}
