package opml.kernels.memory;

/// How often a loop turns, said inside of it, where the compiler cannot tell by itself. It does nothing: the compiler
/// takes the kernel's step bound from it, which costs an honest server its bond if it is wrong.
///
/// The compiler can tell where a loop counts by a constant to a bound that does not change in it.
public final class Trips {
  private Trips() {}

  /// The innermost loop around this call turns at most so often each time that it is entered.
  public static void atMost(long turns) {}

  /// The innermost loop around this call turns at most so often in one call of its method, in which it may be entered
  /// often.
  public static void inAll(long turns) {}

  /// This place is passed at most so often in one call of its method: for what few turns of a loop do.
  public static void rare(long times) {}
}
