package opml.store;

import java.util.Comparator;
import java.util.Optional;
import opml.ethereum.chain.LogEntry;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.hub.EventKind;
import opml.hub.EventSubject;

/// A log of the hub and what it is about: where the log names only a game or a claim, also the claim and the request
/// that these belong to, as far as the store knows.
public record StoredEvent(LogEntry log, EventSubject subject) {
  /// Oldest first.
  public static final Comparator<StoredEvent> ORDER =
      Comparator.comparingLong(StoredEvent::block).thenComparingLong(StoredEvent::index);

  public long block() {
    return log.blockNumber();
  }

  /// {@return the log's place in its block}
  public long index() {
    return log.index();
  }

  public EventKind kind() {
    return subject.kind();
  }

  public Optional<RequestId> request() {
    return subject.request();
  }

  public Optional<ClaimId> claim() {
    return subject.claim();
  }

  public Optional<GameId> game() {
    return subject.game();
  }

  StoredEvent with(Optional<RequestId> request, Optional<ClaimId> claim) {
    return new StoredEvent(log, new EventSubject(kind(), request, claim, game()));
  }
}
