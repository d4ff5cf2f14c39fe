package opml.hub;

import java.util.Optional;
import java.util.function.Predicate;
import opml.core.account.Address;
import opml.game.claim.RequestStatus;
import opml.hub.Picture.SeenRequest;

/// What a reader has at stake, so that the events that say so are checked against the hub's own views.
///
/// @param account whose live claims and running games are checked in turn, and the live claims of others ([SpotChecks])
/// @param interest which requests are checked in turn
public record Stakes(Optional<Address> account, Predicate<SeenRequest> interest) {
  /// Nothing: events are believed as far as hashes and numbers bind them.
  public static final Stakes NONE = new Stakes(Optional.empty(), _ -> false);

  /// {@return the stakes of an account that cares for all open requests}
  public static Stakes of(Address account) {
    return new Stakes(Optional.of(account), seen -> seen.state().status() == RequestStatus.OPEN);
  }

  boolean isMine(Address other) {
    return account.filter(other::equals).isPresent();
  }
}
