package opml.hub;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.ethereum.chain.Kept;
import opml.game.claim.Availability;
import opml.game.claim.ClaimId;
import opml.game.claim.ClaimStatus;
import opml.game.claim.RequestState;
import opml.game.claim.RequestStatus;
import opml.hub.HubEvent.ClaimEnded;
import opml.hub.HubEvent.Claimed;
import opml.hub.HubEvent.Delivered;
import opml.hub.HubEvent.RequestEnded;
import opml.hub.HubEvent.RequestExtended;
import opml.hub.HubEvent.Requested;
import opml.hub.Picture.SeenRequest;
import org.jspecify.annotations.Nullable;

/// Follows the events about one request.
final class RequestHistory {
  private final Told.Doubts doubts = new Told.Doubts();
  private @Nullable Requested made;
  private long block;
  private RequestStatus status = RequestStatus.OPEN;
  private long deadline;
  private int extensions;
  private Optional<ClaimId> finalClaim = Optional.empty();
  private final Map<ClaimId, ClaimStatus> claims = new LinkedHashMap<>();
  private boolean delivered;

  private RequestHistory() {}

  /// {@return what these events, oldest first, tell}
  static Told<SeenRequest> told(Collection<Kept<HubEvent>> events) {
    RequestHistory history = new RequestHistory();
    events.forEach(history::follow);
    return history.told();
  }

  private void follow(Kept<HubEvent> event) {
    switch (event.value()) {
      case Requested requested -> {
        made = requested;
        block = event.block();
        deadline = requested.request().deadline();
      }
      case RequestExtended extended -> {
        deadline = extended.deadline();
        extensions = Math.min(extensions + 1, RequestState.MAX_EXTENSIONS);
      }
      case Claimed claimed -> {
        if (claimed.claim().index() != claims.size()) {
          doubts.add(
              "has claim number %d where %d comes next"
                  .formatted(claimed.claim().index(), claims.size()));
        }
        claims.put(claimed.id(), ClaimStatus.LIVE);
      }
      case ClaimEnded end -> {
        if (claims.replace(end.id(), end.status()) != ClaimStatus.LIVE) {
          doubts.add("has the end of claim %s, which is not live".formatted(end.id()));
        }
      }
      case RequestEnded end -> {
        if (status != RequestStatus.OPEN) {
          doubts.add("ends twice");
        }
        status = end.status();
        finalClaim =
            status == RequestStatus.FINAL ? Optional.of(end.finalClaim()) : Optional.empty();
      }
      case Delivered _ -> delivered = true;
      default -> doubts.add("has an event that is not about it");
    }
  }

  private Told<SeenRequest> told() {
    if (made == null) {
      return doubts.nothing("was never made");
    }
    List<ClaimId> finals = claimsThatAre(ClaimStatus.FINAL);
    if (!finals.equals(finalClaim.stream().toList())) {
      doubts.add(
          "is %s by claim %s, and its final claims are %s"
              .formatted(status, finalClaim.map(ClaimId::toString).orElse("none"), finals));
    }
    long live = claimsThatAre(ClaimStatus.LIVE).size();
    return doubts.with(
        new SeenRequest(
            new RequestState(made.request(), status, claims.size(), live, deadline, extensions),
            block,
            made.request().availability() == Availability.EMITTED
                ? Optional.of(made.bytes())
                : Optional.empty(),
            List.copyOf(claims.keySet()),
            delivered,
            made.id()));
  }

  private List<ClaimId> claimsThatAre(ClaimStatus wanted) {
    return claims.entrySet().stream()
        .filter(claim -> claim.getValue() == wanted)
        .map(Map.Entry::getKey)
        .toList();
  }
}
