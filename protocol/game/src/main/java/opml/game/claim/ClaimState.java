package opml.game.claim;

import java.math.BigInteger;

/// A claim as the chain holds it at some block.
///
/// @param bond what its server staked on it, in wei
/// @param claimedAt when it was posted, in seconds since the epoch
/// @param games how many challenges were ever made
/// @param openGames how many games are neither won nor lost
/// @param rewarded how many games share the reward: those open when the claim died, the one that killed it included
public record ClaimState(
    Claim claim,
    ClaimStatus status,
    BigInteger bond,
    long claimedAt,
    long games,
    long openGames,
    long rewarded) {
  public ClaimState {
    if (openGames < 0 || openGames > games) {
      throw new IllegalArgumentException(openGames + " open games of " + games);
    }
  }

  /// A claim that has not died.
  public ClaimState(
      Claim claim,
      ClaimStatus status,
      BigInteger bond,
      long claimedAt,
      long games,
      long openGames) {
    this(claim, status, bond, claimedAt, games, openGames, 0);
  }

  public ClaimId id() {
    return claim.id();
  }

  /// {@return whether a challenge is still in time, for a window of this many seconds}
  public boolean isChallengeable(long window, long now) {
    return status == ClaimStatus.LIVE && now <= claimedAt + window;
  }

  /// {@return whether this claim can be settled as right}
  public boolean isResolvable(long window, long now) {
    return status == ClaimStatus.LIVE && now > claimedAt + window && openGames == 0;
  }
}
