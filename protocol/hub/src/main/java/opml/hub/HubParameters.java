package opml.hub;

import opml.core.account.Wei;
import opml.ethereum.abi.Values;

/// What a deployment fixes forever (`spec/protocol.md` §2 and §5).
///
/// @param window seconds in which a claim can be challenged
/// @param allowance seconds that a side of a game may think in all
/// @param claimBond deposited with the first live claim of a request; the n-th deposits n times as much
/// @param challengeBond deposited with a challenge
/// @param challengerShare of a dead claim's bond, in parts of 10,000
/// @param requesterShare of a dead claim's bond, in parts of 10,000
public record HubParameters(
    long window,
    long allowance,
    Wei claimBond,
    Wei challengeBond,
    int challengerShare,
    int requesterShare) {
  /// Shares are parts of this.
  public static final int WHOLE = 10_000;

  /// Bonds for gas at 50 gwei and 0.8 million gas a side; a day to challenge and half a day to think.
  public static final HubParameters DEFAULT =
      new HubParameters(
          86_400, 43_200, Wei.gwei(160_000_000), Wei.gwei(40_000_000), WHOLE / 4, WHOLE / 4);

  /// {@return the same money with other times, in seconds}
  public HubParameters withTimes(long newWindow, long newAllowance) {
    return new HubParameters(
        newWindow, newAllowance, claimBond, challengeBond, challengerShare, requesterShare);
  }

  /// {@return as the hub's constructor takes them}
  Object[] encode() {
    return new Object[] {
      window,
      allowance,
      claimBond.value(),
      challengeBond.value(),
      (long) challengerShare,
      (long) requesterShare
    };
  }

  static int share(Values value) {
    return (int) value.number(0);
  }
}
