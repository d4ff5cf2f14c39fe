package opml.ethereum.send;

import opml.core.account.Wei;
import opml.ethereum.chain.Call;

/// A call that is to get into the chain, and what that is worth.
///
/// @param stake what is lost if it does not get in: its transaction may cost that much in all, if that is more than the
///     policy's ordinary ceiling allows; [Wei#ZERO] for that ceiling
/// @param settles whether it may write credits, so that what others do before it makes it dearer than any margin in
///     percent covers
public record Order(Call call, Wei stake, boolean settles) {
  /// {@return the order of a call under the policy's ordinary ceiling}
  public static Order of(Call call) {
    return new Order(call, Wei.ZERO, false);
  }
}
