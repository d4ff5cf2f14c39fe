package opml.store.memory;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import opml.core.account.Address;
import opml.ethereum.chain.TxHash;
import opml.hub.IntentKey;
import opml.store.Intent;
import opml.store.IntentState;
import opml.store.MinedAs;
import opml.store.Outbox;
import opml.store.OutboxRow;
import opml.store.SignedVersion;

/// The rows of the outbox by their key.
final class MapOutbox implements Outbox {
  private final MapState state;
  private final TreeMap<IntentKey, OutboxRow> rows = new TreeMap<>(IntentKey.ORDER);

  MapOutbox(MapState state) {
    this.state = state;
  }

  void undo(long upTo) {
    rows.replaceAll(
        (_, row) -> row.mined().filter(as -> as.block() > upTo).isPresent() ? row.undone() : row);
  }

  @Override
  public OutboxRow note(Intent intent) {
    return state.alone(
        () ->
            rows.compute(
                intent.key(), (_, row) -> row == null ? OutboxRow.of(intent) : row.again(intent)));
  }

  @Override
  public OutboxRow sign(IntentKey key, SignedVersion version) {
    return change(
        key,
        row -> {
          OutboxRow signed = row.signed(version);
          for (OutboxRow other : rows.values()) {
            if (!other.intent().key().equals(key)
                && other.intent().account().equals(row.intent().account())
                && other.isOnItsWay()
                && other.versions().getLast().nonce() == version.nonce()) {
              throw new IllegalStateException(
                  "nonce %d is that of %s".formatted(version.nonce(), other.intent().key()));
            }
          }
          return signed;
        });
  }

  @Override
  public OutboxRow sent(IntentKey key, TxHash hash) {
    return change(key, row -> row.sent(hash));
  }

  @Override
  public OutboxRow mined(IntentKey key, MinedAs as) {
    return change(key, row -> row.mined(as));
  }

  @Override
  public OutboxRow drop(IntentKey key, String why) {
    return change(key, row -> row.dropped(why));
  }

  private OutboxRow change(IntentKey key, UnaryOperator<OutboxRow> change) {
    return state.alone(
        () -> {
          OutboxRow row = rows.get(key);
          if (row == null) {
            throw new IllegalArgumentException("nothing is noted as " + key);
          }
          OutboxRow changed = change.apply(row);
          rows.put(key, changed);
          return changed;
        });
  }

  @Override
  public Optional<OutboxRow> find(IntentKey key) {
    return state.alone(() -> Optional.ofNullable(rows.get(key)));
  }

  @Override
  public List<OutboxRow> unmined() {
    return listed(row -> row.state() != IntentState.MINED && row.state() != IntentState.DROPPED);
  }

  @Override
  public List<OutboxRow> in(IntentState wanted) {
    return listed(row -> row.state() == wanted);
  }

  private List<OutboxRow> listed(Predicate<OutboxRow> wanted) {
    return state.alone(
        () -> rows.values().stream().filter(wanted).sorted(OutboxRow.ORDER).toList());
  }

  @Override
  public Optional<Long> highestNonce(Address account) {
    return state.alone(
        () ->
            rows.values().stream()
                .filter(row -> row.intent().account().equals(account))
                .flatMap(row -> row.versions().stream())
                .map(SignedVersion::nonce)
                .max(Long::compare));
  }
}
