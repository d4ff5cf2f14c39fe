package opml.ethereum.send;

import opml.core.account.Wei;
import opml.ethereum.chain.Call;

/// A call that is to get into the chain, and what that is worth.
///
/// @param stake what is lost if it does not get in: its transaction may cost that much in all, if that is more than the
///     policy's ordinary ceiling allows; [Wei#ZERO] for that ceiling
public record Order(Call call, Wei stake, Kind kind) {
  /// What a call is like for whoever gives it its gas.
  public enum Kind {
    ORDINARY,
    /// It may write credits, so that what others do before it makes it dearer than any margin in percent covers.
    SETTLES,
    /// Nothing depends on it, and it may call strangers' code, which may look different in a block than in an estimate:
    /// if it runs out of gas that is its end.
    FAVOUR
  }

  /// {@return the order of a call under the policy's ordinary ceiling}
  public static Order of(Call call) {
    return new Order(call, Wei.ZERO, Kind.ORDINARY);
  }
}
