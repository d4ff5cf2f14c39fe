package opml.hub;

import java.util.Optional;
import opml.ethereum.chain.LogEntry;
import opml.ethereum.chain.LogFilter;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;

/// Tells of the logs of one deployment what they are about, for whoever keeps them. An id is recomputed from the values
/// of the log that introduces it.
public final class EventSubjects {
  private final HubEvent.Decoder decoder;

  public EventSubjects(Deployment deployment) {
    this.decoder = new HubEvent.Decoder(deployment);
  }

  /// {@return the logs to be kept}
  public LogFilter filter() {
    return decoder.filter();
  }

  /// {@return what a log is about; it never fails, since one log must not keep anybody from the others}
  public EventSubject of(LogEntry log) {
    return switch (decoder.decode(log)) {
      case HubEvent.Requested event -> request(EventKind.REQUESTED, event.id());
      case HubEvent.RequestExtended event -> request(EventKind.REQUEST_EXTENDED, event.id());
      case HubEvent.RequestEnded event ->
          new EventSubject(
              EventKind.REQUEST_ENDED,
              Optional.of(event.id()),
              Optional.of(event.finalClaim()).filter(claim -> !claim.hash().isZero()),
              Optional.empty());
      case HubEvent.Claimed event -> claim(EventKind.CLAIMED, event.claim().request(), event.id());
      case HubEvent.ClaimEnded event -> claim(EventKind.CLAIM_ENDED, event.request(), event.id());
      case HubEvent.Challenged event ->
          game(EventKind.CHALLENGED, Optional.of(event.game().claim()), event.id());
      case HubEvent.Moved event -> game(EventKind.MOVED, Optional.empty(), event.position().game());
      case HubEvent.GameEnded event ->
          game(EventKind.GAME_ENDED, Optional.of(event.claim()), event.id());
      case HubEvent.Delivered event -> claim(EventKind.DELIVERED, event.request(), event.claim());
      case HubEvent.Unreadable _ ->
          new EventSubject(
              EventKind.UNREADABLE, Optional.empty(), Optional.empty(), Optional.empty());
    };
  }

  private static EventSubject request(EventKind kind, RequestId request) {
    return new EventSubject(kind, Optional.of(request), Optional.empty(), Optional.empty());
  }

  private static EventSubject claim(EventKind kind, RequestId request, ClaimId claim) {
    return new EventSubject(kind, Optional.of(request), Optional.of(claim), Optional.empty());
  }

  private static EventSubject game(EventKind kind, Optional<ClaimId> claim, GameId game) {
    return new EventSubject(kind, Optional.empty(), claim, Optional.of(game));
  }
}
