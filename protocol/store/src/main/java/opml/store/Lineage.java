package opml.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.hub.EventKind;

/// Finds the claim of a game and the request of a claim, so that all events of a request are found by it.
public final class Lineage {
  /// What the store has from earlier.
  public interface Earlier {
    Optional<ClaimId> claimOf(GameId game);

    Optional<RequestId> requestOf(ClaimId claim);
  }

  private final Earlier earlier;
  private final Map<GameId, Optional<ClaimId>> claims = new HashMap<>();
  private final Map<ClaimId, Optional<RequestId>> requests = new HashMap<>();

  private Lineage(Earlier earlier) {
    this.earlier = earlier;
  }

  /// {@return the same events, oldest first as they came, with what they belong to}
  public static List<StoredEvent> resolved(List<StoredEvent> events, Earlier earlier) {
    Lineage lineage = new Lineage(earlier);
    List<StoredEvent> resolved = new ArrayList<>(events.size());
    events.forEach(event -> resolved.add(lineage.resolved(event)));
    return resolved;
  }

  private StoredEvent resolved(StoredEvent event) {
    Optional<ClaimId> claim = event.claim();
    if (claim.isEmpty() && event.game().isPresent()) {
      claim = claims.computeIfAbsent(event.game().get(), earlier::claimOf);
    }
    Optional<RequestId> request = event.request();
    if (request.isEmpty() && claim.isPresent()) {
      request = requests.computeIfAbsent(claim.get(), earlier::requestOf);
    }
    StoredEvent whole = event.with(request, claim);
    // Only what introduces a thing says to what it belongs, and only once.
    if (event.kind() == EventKind.CLAIMED && claim.isPresent()) {
      keepFirst(requests, claim.get(), request);
    }
    if (event.kind() == EventKind.CHALLENGED && event.game().isPresent()) {
      keepFirst(claims, event.game().get(), claim);
    }
    return whole;
  }

  private static <K, V> void keepFirst(Map<K, Optional<V>> map, K key, Optional<V> value) {
    Optional<V> before = map.get(key);
    if (before == null || before.isEmpty()) {
      map.put(key, value);
    }
  }
}
