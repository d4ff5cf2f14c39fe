package opml.cli.command.market;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import opml.cli.console.Kin;
import opml.core.hash.Bytes32;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.hub.EventKind;
import opml.store.Projection;
import opml.store.StoreException;
import opml.store.StoredEvent;

/// What belongs to what, as a store has read it. One that does not answer knows of nothing: a line is written anyway.
record StoredKin(Projection projection) implements Kin {
  /// Where the event of a request has its model: its signature, the request, the requester, the model.
  private static final int MODEL_TOPIC = 3;

  @Override
  public Optional<ClaimId> claimOf(GameId game) {
    return read(() -> projection.of(game)).stream()
        .flatMap(event -> event.claim().stream())
        .findFirst();
  }

  @Override
  public Optional<RequestId> requestOf(ClaimId claim) {
    return read(() -> projection.of(claim)).stream()
        .flatMap(event -> event.request().stream())
        .findFirst();
  }

  @Override
  public Optional<Bytes32> modelOf(RequestId request) {
    return read(() -> projection.of(request)).stream()
        .filter(event -> event.kind() == EventKind.REQUESTED)
        .map(event -> event.log().topics().get(MODEL_TOPIC))
        .findFirst();
  }

  private static List<StoredEvent> read(Supplier<List<StoredEvent>> question) {
    try {
      return question.get();
    } catch (StoreException | IllegalStateException e) {
      return List.of();
    }
  }
}
