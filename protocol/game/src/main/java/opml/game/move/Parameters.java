package opml.game.move;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import opml.core.account.Wei;

/// What a deployment fixes for ever: `spec/protocol.md` §2 and §5.
///
/// @param window seconds in which a claim can be challenged
/// @param allowance seconds that a side of a game may think in all
/// @param claimBond what the first claim of a request deposits; each live one and each extension of the deadline asks
///     for as much again
/// @param challengeBond what the first challenge of a claim deposits, at most a quarter of the claim's bond; each open
///     game asks for as much again
/// @param challengerShare of a dead claim's bond, in parts of 10,000
/// @param requesterShare of a dead claim's bond, in parts of 10,000; both together at most half, the rest is burnt
public record Parameters(
    long window,
    long allowance,
    Wei claimBond,
    Wei challengeBond,
    int challengerShare,
    int requesterShare) {
  /// Shares are parts of this.
  public static final int WHOLE = 10_000;

  private static final long SECONDS_END = 1L << 32;
  private static final int BONDS = 4;

  /// Bonds for gas at 50 gwei and 0.8 million gas a side; a day to challenge and half a day to think.
  public static final Parameters DEFAULT =
      new Parameters(
          86_400, 43_200, Wei.gwei(240_000_000), Wei.gwei(60_000_000), WHOLE / 4, WHOLE / 4);

  /// @throws IllegalArgumentException with all [#problems], if there are any
  public Parameters {
    List<String> problems =
        problems(window, allowance, claimBond, challengeBond, challengerShare, requesterShare);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException("unsound: " + String.join("; ", problems));
    }
  }

  /// {@return the same money with other times, in seconds}
  public Parameters withTimes(long newWindow, long newAllowance) {
    return new Parameters(
        newWindow, newAllowance, claimBond, challengeBond, challengerShare, requesterShare);
  }

  /// {@return why no hub can be made of these, which its constructor would say one by one}
  public static List<String> problems(
      long window,
      long allowance,
      Wei claimBond,
      Wei challengeBond,
      int challengerShare,
      int requesterShare) {
    List<String> problems = new ArrayList<>();
    if (window < 1 || window >= SECONDS_END) {
      problems.add("a window of %d s, expected are 1 to 2^32 - 1".formatted(window));
    }
    if (allowance < 1 || allowance >= SECONDS_END) {
      problems.add("an allowance of %d s, expected are 1 to 2^32 - 1".formatted(allowance));
    }
    if (challengeBond.isZero()) {
      problems.add("no bond for challenges, expected is at least a wei");
    }
    if (claimBond.compareTo(challengeBond.times(BONDS)) < 0) {
      problems.add(
          "a bond of %s for claims, expected is at least %d times that for challenges, %s"
              .formatted(claimBond, BONDS, challengeBond));
    }
    if (challengerShare < 0
        || requesterShare < 0
        || (long) challengerShare + requesterShare > WHOLE / 2) {
      problems.add(
          "shares of %d and %d for challenger and requester, expected are parts of %d, at most half of it together"
              .formatted(challengerShare, requesterShare, WHOLE));
    }
    return problems;
  }

  /// {@return the bond of a claim beside so many live ones, after so many extensions of the deadline, in wei}
  public BigInteger bondBeside(long liveClaims, int extensions) {
    return claimBond.value().multiply(BigInteger.valueOf(1 + liveClaims + extensions));
  }

  /// {@return the bond of a challenge beside so many open games on the claim, in wei}
  public BigInteger challengeBondBeside(long openGames) {
    return challengeBond.value().multiply(BigInteger.valueOf(1 + openGames));
  }

  /// {@return what each of so many games gets that were open when a claim of this bond died, in wei, rounded down}
  public BigInteger reward(BigInteger bond, long games) {
    return share(bond, challengerShare).divide(BigInteger.valueOf(games));
  }

  /// {@return the requester's part of a dead claim's bond, in wei, rounded down}
  public BigInteger toRequester(BigInteger bond) {
    return share(bond, requesterShare);
  }

  private static BigInteger share(BigInteger bond, int share) {
    return bond.multiply(BigInteger.valueOf(share)).divide(BigInteger.valueOf(WHOLE));
  }
}
