package opml.agent;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import opml.core.account.Address;
import opml.ethereum.abi.Contract;
import opml.ethereum.chain.Call;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Data;
import opml.ethereum.chain.Pending;
import opml.ethereum.chain.Receipt;
import opml.ethereum.chain.Revert;
import opml.ethereum.chain.UnsignedTransaction;
import opml.ethereum.send.FlightLog;
import opml.ethereum.send.KeyedOrder;
import opml.ethereum.send.Order;
import opml.hub.Hub;
import opml.hub.IntentKey;
import opml.hub.IntentKind;
import opml.store.Intent;
import opml.store.IntentState;
import opml.store.MinedAs;
import opml.store.Outbox;
import opml.store.OutboxRow;
import opml.store.SignedVersion;
import opml.store.StoreException;

/// What a hub's account has on its way, in an [Outbox]. A store that does not take what it is told is as a key that
/// does not sign: nothing leaves then, and later it may.
public final class OutboxLog implements FlightLog<IntentKey> {
  private final Hub hub;
  private final Outbox outbox;
  private final InstantSource time;
  private final Optional<AccountBooks> books;

  /// @param outbox of the hub's account
  /// @param time by which rows are dated
  public OutboxLog(Hub hub, Outbox outbox, InstantSource time) {
    this(hub, outbox, time, Optional.empty());
  }

  /// @param outbox of the hub's account
  /// @param time by which rows are dated
  /// @param books of the account
  public OutboxLog(Hub hub, Outbox outbox, InstantSource time, Optional<AccountBooks> books) {
    this.hub = hub;
    this.outbox = outbox;
    this.time = time;
    this.books = books;
  }

  @Override
  public List<Signed<IntentKey>> unmined() {
    return kept(
        () ->
            outbox.unmined().stream()
                .filter(row -> row.intent().account().equals(hub.account()))
                .filter(OutboxRow::isOnItsWay)
                .map(this::signed)
                .toList());
  }

  @Override
  public List<Signed<IntentKey>> minedFrom(long nonce) {
    return kept(
        () ->
            outbox.highestNonce(hub.account()).filter(highest -> highest >= nonce).isEmpty()
                ? List.of()
                : outbox.in(IntentState.MINED).stream()
                    .filter(row -> row.intent().account().equals(hub.account()))
                    .filter(row -> row.versions().getLast().nonce() >= nonce)
                    .map(this::signed)
                    .toList());
  }

  private Signed<IntentKey> signed(OutboxRow row) {
    Intent intent = row.intent();
    IntentKind kind = intent.key().kind();
    Call call =
        new Call(
            Optional.of(intent.to()),
            intent.data(),
            intent.value(),
            kind.name().toLowerCase(Locale.ROOT),
            reverts(intent.to()));
    boolean isAtStake = kind == IntentKind.MOVE || kind == IntentKind.TIME_OUT;
    // Versions of other nonces were refused before there was one of this.
    long nonce = row.versions().getLast().nonce();
    List<Pending.Version> versions = new ArrayList<>();
    for (SignedVersion version : row.versions()) {
      if (version.nonce() == nonce) {
        versions.add(version(version, call));
      }
    }
    return new Signed<>(
        new KeyedOrder<>(intent.key(), Order.of(call), isAtStake, intent.deadline()), versions);
  }

  private Function<Data, Revert> reverts(Address to) {
    Contract contract =
        to.equals(hub.deployment().deliveries().address())
            ? hub.deployment().deliveries()
            : hub.deployment().hub();
    return contract.abi()::decodeRevert;
  }

  private Pending.Version version(SignedVersion version, Call call) {
    return new Pending.Version(
        new UnsignedTransaction(
            hub.sender().chain().id(),
            version.nonce(),
            version.gasLimit(),
            version.tip(),
            version.maxFee(),
            call),
        version.bytes(),
        version.hash());
  }

  @Override
  public void signed(KeyedOrder<IntentKey> keyed, Pending.Version version) {
    Call call = keyed.order().call();
    UnsignedTransaction transaction = version.transaction();
    long now = time.instant().getEpochSecond();
    Intent intent =
        new Intent(
            keyed.key(),
            hub.account(),
            call.to().orElseThrow(),
            call.data(),
            call.value(),
            keyed.deadline(),
            now);
    SignedVersion signed =
        new SignedVersion(
            transaction.nonce(),
            transaction.gasLimit(),
            transaction.maxFee(),
            transaction.tip(),
            version.hash(),
            version.signed(),
            now,
            false);
    kept(
        () -> {
          OutboxRow row = outbox.note(intent);
          if (row.state() == IntentState.NOTED && !row.intent().equals(intent)) {
            // Of a process that ended before it signed: what is decided now is what is sent.
            outbox.drop(keyed.key(), "decided again");
            outbox.note(intent);
          }
          return outbox.sign(keyed.key(), signed);
        });
  }

  @Override
  public void sent(IntentKey key, Pending.Version version) {
    kept(() -> outbox.sent(key, version.hash()));
  }

  @Override
  public void mined(IntentKey key, Receipt receipt) {
    MinedAs as =
        new MinedAs(
            receipt.transaction(), receipt.blockNumber(), receipt.blockHash(), receipt.succeeded());
    kept(
        () -> {
          // First the books: a process that ends between the two is told of it again.
          Optional<OutboxRow> row = outbox.find(key);
          books.ifPresent(all -> row.ifPresent(one -> all.mined(one.intent().data(), receipt)));
          try {
            return Optional.of(outbox.mined(key, as));
          } catch (IllegalArgumentException e) {
            // The row has begun anew without this version.
            return Optional.empty();
          }
        });
  }

  @Override
  public void dropped(IntentKey key, String why) {
    kept(() -> outbox.drop(key, why));
  }

  private static <T> T kept(Supplier<T> task) {
    try {
      return task.get();
    } catch (StoreException | IllegalStateException | IllegalArgumentException e) {
      // The latter two: another intent on its way once had the nonce, or the row has ended.
      throw new ChainException.Unsigned("the store: " + e.getMessage());
    }
  }
}
