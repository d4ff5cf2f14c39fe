package opml.game.move;

import java.math.BigInteger;

/// What a deployment fixes for ever: `protocol.md` §2 and §5.
///
/// @param window for how many seconds a claim can be challenged
/// @param allowance how long each side of a game may think
/// @param claimBond what the first live claim of a request deposits, in wei; the n-th deposits n times as much
/// @param challengeBond what a challenge deposits, in wei; at most a quarter of the claim's
/// @param challengerShare of a dead claim's bond, in parts of 10,000
/// @param requesterShare of a dead claim's bond, in parts of 10,000; both together at most half, the rest is burnt
public record Parameters(
    long window,
    Allowance allowance,
    BigInteger claimBond,
    BigInteger challengeBond,
    int challengerShare,
    int requesterShare) {
  private static final int WHOLE = 10_000;

  public Parameters {
    if (window <= 0
        || challengeBond.signum() <= 0
        || claimBond.compareTo(challengeBond.shiftLeft(2)) < 0
        || challengerShare < 0
        || requesterShare < 0
        || challengerShare + requesterShare > WHOLE / 2) {
      throw new IllegalArgumentException(
          "unsound: window %d s, bonds %s and %s wei, shares %d and %d of %d"
              .formatted(window, claimBond, challengeBond, challengerShare, requesterShare, WHOLE));
    }
  }

  /// {@return the bond of a claim beside so many live ones, in wei}
  public BigInteger bondBeside(long liveClaims) {
    return claimBond.multiply(BigInteger.valueOf(1 + liveClaims));
  }

  /// {@return the winning challenger's part of a dead claim's bond, in wei, rounded down}
  public BigInteger toChallenger(BigInteger bond) {
    return share(bond, challengerShare);
  }

  /// {@return the requester's part of a dead claim's bond, in wei, rounded down}
  public BigInteger toRequester(BigInteger bond) {
    return share(bond, requesterShare);
  }

  private static BigInteger share(BigInteger bond, int share) {
    return bond.multiply(BigInteger.valueOf(share)).divide(BigInteger.valueOf(WHOLE));
  }
}
