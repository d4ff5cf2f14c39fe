package opml.agent;

/// What answering a request takes in gas, rounded up from what the contracts take (`contracts/README.md`): the least
/// that a fee must pay for, unless a server's [Server.Policy] says otherwise.
public final class FeeFloor {
  private static final long CLAIM = 150_000;
  private static final long RESOLVE = 95_000;

  /// A part of a withdrawal, which fetches the money of many answers.
  private static final long WITHDRAW = 5_000;

  /// Calldata at its floor (EIP-7623), the log, and the hashing.
  private static final long BYTE = 56;

  private static final long DELIVERY = 90_000;
  private static final int DELIVERIES = 2;

  private FeeFloor() {}

  /// {@return the gas of a claim and of what brings its money home}
  ///
  /// @param evidenceBytes output and proof
  public static long ofClaim(int evidenceBytes) {
    return CLAIM + RESOLVE + WITHDRAW + BYTE * evidenceBytes;
  }

  /// {@return the gas of telling a contract the result, provisional and final}
  ///
  /// @param callbackGas that each passes on
  public static long ofDeliveries(long callbackGas, int outputBytes) {
    return DELIVERIES * (DELIVERY + callbackGas + BYTE * outputBytes);
  }
}
