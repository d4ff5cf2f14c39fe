package opml.store.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import opml.ethereum.chain.BlockRef;
import opml.game.claim.ClaimId;
import opml.game.claim.GameId;
import opml.game.claim.RequestId;
import opml.hub.EventKind;
import opml.store.AppendRules;
import opml.store.EndedRequest;
import opml.store.EventOrder;
import opml.store.Lineage;
import opml.store.Payment;
import opml.store.Projection;
import opml.store.StoreIdentity;
import opml.store.StoredEvent;
import org.jspecify.annotations.Nullable;

/// The events in one sorted set, looked through for every question.
final class MapProjection implements Projection {
  private final StoreIdentity identity;
  private final MapState state;
  private final MapPayments payments;
  private final MapOutbox outbox;

  private final TreeSet<StoredEvent> events = new TreeSet<>(StoredEvent.ORDER);
  private final TreeMap<Long, BlockRef> blocks = new TreeMap<>();
  private final Map<RequestId, EndedRequest> ended =
      new TreeMap<>(Comparator.comparing(RequestId::hash));
  private long position;
  private @Nullable BlockRef finalised;

  MapProjection(StoreIdentity identity, MapState state, MapPayments payments, MapOutbox outbox) {
    this.identity = identity;
    this.state = state;
    this.payments = payments;
    this.outbox = outbox;
    this.position = identity.firstBlock() - 1;
  }

  @Override
  public long position() {
    return state.alone(() -> position);
  }

  @Override
  public List<BlockRef> blocks() {
    return state.alone(() -> List.copyOf(blocks.values()));
  }

  @Override
  public Optional<BlockRef> finalised() {
    return state.alone(() -> Optional.ofNullable(finalised));
  }

  @Override
  public void append(BlockRef upTo, List<StoredEvent> added, List<Payment> paid) {
    state.alone(
        () -> {
          AppendRules.check(position, Optional.ofNullable(blocks.get(position)), upTo, added, paid);
          events.addAll(Lineage.resolved(added, earlier()));
          payments.add(paid);
          blocks.put(upTo.number(), upTo);
          while (blocks.size() > REMEMBERED) {
            blocks.pollFirstEntry();
          }
          position = upTo.number();
        });
  }

  private Lineage.Earlier earlier() {
    return new Lineage.Earlier() {
      private final Map<Object, StoredEvent> introduced = new HashMap<>();

      /// Only asked if there is need, since all events are gone through.
      private Map<Object, StoredEvent> introduced() {
        if (introduced.isEmpty()) {
          for (StoredEvent event : events) {
            switch (event.kind()) {
              case CLAIMED -> event.claim().ifPresent(id -> introduced.putIfAbsent(id, event));
              case CHALLENGED -> event.game().ifPresent(id -> introduced.putIfAbsent(id, event));
              default -> {}
            }
          }
        }
        return introduced;
      }

      @Override
      public Optional<ClaimId> claimOf(GameId game) {
        return Optional.ofNullable(introduced().get(game)).flatMap(StoredEvent::claim);
      }

      @Override
      public Optional<RequestId> requestOf(ClaimId claim) {
        return Optional.ofNullable(introduced().get(claim)).flatMap(StoredEvent::request);
      }
    };
  }

  @Override
  public void undo(long upTo) {
    state.alone(
        () -> {
          AppendRules.checkUndo(upTo, identity.firstBlock(), Optional.ofNullable(finalised));
          undoChecked(upTo);
        });
  }

  private void undoChecked(long upTo) {
    if (upTo < position) {
      events.removeIf(event -> event.block() > upTo);
      blocks.tailMap(upTo, false).clear();
      payments.undo(upTo);
      outbox.undo(upTo);
      position = upTo;
    }
  }

  @Override
  public List<BlockRef> resume() {
    return state.alone(
        () -> {
          if (finalised != null) {
            blocks.putIfAbsent(finalised.number(), finalised);
          }
          undoChecked(blocks.isEmpty() ? identity.firstBlock() - 1 : blocks.lastKey());
          return List.copyOf(blocks.values());
        });
  }

  @Override
  public void finalise(BlockRef block) {
    state.alone(
        () -> {
          AppendRules.checkFinal(block, position, Optional.ofNullable(blocks.get(block.number())));
          if (finalised == null || finalised.number() < block.number()) {
            finalised = block;
          }
        });
  }

  @Override
  public long prune(long before) {
    return state.alone(
        () -> {
          AppendRules.checkPrune(before, Optional.ofNullable(finalised));
          Map<RequestId, List<StoredEvent>> requests = new HashMap<>();
          for (StoredEvent event : events) {
            event
                .request()
                .ifPresent(id -> requests.computeIfAbsent(id, _ -> new ArrayList<>()).add(event));
          }
          long[] gone = {0};
          requests.forEach(
              (request, about) -> {
                if (isOver(request, about, before)) {
                  ended.merge(request, row(request, about), EndedRequest::and);
                  about.forEach(events::remove);
                  gone[0] += about.size();
                }
              });
          return gone[0];
        });
  }

  private boolean isOver(RequestId request, List<StoredEvent> about, long before) {
    return about.getLast().block() < before
        && (ended.containsKey(request) || count(about, EventKind.REQUEST_ENDED) > 0)
        && count(about, EventKind.CLAIMED) == count(about, EventKind.CLAIM_ENDED)
        && count(about, EventKind.CHALLENGED) == count(about, EventKind.GAME_ENDED);
  }

  private static EndedRequest row(RequestId request, List<StoredEvent> about) {
    return new EndedRequest(
        request,
        about.stream()
            .filter(event -> event.kind() == EventKind.REQUEST_ENDED)
            .findFirst()
            .flatMap(StoredEvent::claim),
        about.getFirst().block(),
        about.getLast().block(),
        about.size(),
        count(about, EventKind.CLAIMED),
        count(about, EventKind.CHALLENGED));
  }

  private static long count(List<StoredEvent> events, EventKind kind) {
    return events.stream().filter(event -> event.kind() == kind).count();
  }

  @Override
  public void clear() {
    state.alone(
        () -> {
          events.clear();
          blocks.clear();
          ended.clear();
          payments.clear();
          finalised = null;
          position = identity.firstBlock() - 1;
        });
  }

  @Override
  public void restore(BlockRef upTo, Iterable<StoredEvent> added, List<EndedRequest> rows) {
    state.alone(
        () -> {
          AppendRules.checkRestore(position, identity.firstBlock(), upTo);
          EventOrder order = new EventOrder(position, upTo);
          List<StoredEvent> all = new ArrayList<>();
          for (StoredEvent event : added) {
            order.check(event);
            all.add(event);
          }
          events.addAll(Lineage.resolved(all, earlier()));
          rows.forEach(row -> ended.put(row.request(), row));
          payments.restored(upTo.number());
          blocks.put(upTo.number(), upTo);
          position = upTo.number();
        });
  }

  @Override
  public List<StoredEvent> of(RequestId request) {
    return state.alone(() -> about(event -> is(event.request(), request)));
  }

  @Override
  public List<StoredEvent> of(ClaimId claim) {
    // The end of a request names a claim, and is about the request.
    return state.alone(
        () -> about(event -> is(event.claim(), claim) && event.kind() != EventKind.REQUEST_ENDED));
  }

  @Override
  public List<StoredEvent> of(GameId game) {
    return state.alone(() -> about(event -> is(event.game(), game)));
  }

  @Override
  public List<StoredEvent> between(long from, long to) {
    return state.alone(() -> about(event -> from <= event.block() && event.block() <= to));
  }

  @Override
  public List<StoredEvent> after(long block, long index, int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("not a number of events: " + limit);
    }
    return state.alone(
        () ->
            events.stream()
                .filter(
                    event ->
                        event.block() > block || event.block() == block && event.index() > index)
                .limit(limit)
                .toList());
  }

  @Override
  public List<EndedRequest> ended(long from, long to) {
    return state.alone(
        () ->
            ended.values().stream()
                .filter(row -> from <= row.lastBlock() && row.lastBlock() <= to)
                .sorted(Comparator.comparingLong(EndedRequest::lastBlock))
                .toList());
  }

  private List<StoredEvent> about(Predicate<StoredEvent> wanted) {
    return new ArrayList<>(events.stream().filter(wanted).toList());
  }

  private static <T> boolean is(Optional<T> named, T wanted) {
    return named.isPresent() && named.get().equals(wanted);
  }
}
