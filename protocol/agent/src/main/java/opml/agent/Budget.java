package opml.agent;

import java.time.Duration;
import java.util.Optional;
import opml.core.account.Wei;

/// How much an account may have at stake on a hub: bonds, and for each open game the gas that its side may need at
/// most. Nothing is entered that would exceed it; what was entered is defended whatever it takes.
///
/// @param perRequest on one request and its claims
/// @param perDay of what was entered within the last [#DAY] of the chain's time, over or not
/// @param inAll at any time
/// @param gasPrice that games are counted at: the most that a unit of gas may cost this account
public record Budget(
    Optional<Wei> perRequest, Optional<Wei> perDay, Optional<Wei> inAll, Wei gasPrice) {
  public static final Duration DAY = Duration.ofDays(1);

  public Budget {
    if (perRequest.filter(Wei::isZero).isPresent()
        || perDay.filter(Wei::isZero).isPresent()
        || inAll.filter(Wei::isZero).isPresent()) {
      throw new IllegalArgumentException("nothing can be entered with a budget of nothing");
    }
  }

  /// {@return one that keeps nobody from anything}
  ///
  /// @param gasPrice that games are counted at all the same
  public static Budget unlimited(Wei gasPrice) {
    return new Budget(Optional.empty(), Optional.empty(), Optional.empty(), gasPrice);
  }
}
