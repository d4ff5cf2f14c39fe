package opml.agent;

import java.math.BigInteger;

/// How much something matters.
///
/// @param deadline the last second at which it is of use, since 1970
/// @param worth what is lost or missed without it, by whatever measure its urgency has
record Due(Urgency urgency, long deadline, BigInteger worth) {
  /// {@return when a move is due}
  static Due inGame(long lastMoment) {
    return new Due(Urgency.GAME, lastMoment, BigInteger.ZERO);
  }

  /// {@return when the same is due that nobody waits for}
  Due again() {
    return new Due(Urgency.AGAIN, deadline, worth);
  }
}
