package opml.store.memory;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import opml.core.account.Wei;
import opml.ethereum.chain.TxHash;
import opml.game.claim.RequestId;
import opml.store.Payment;
import opml.store.PaymentKind;
import opml.store.Payments;

/// The payments of each block.
final class MapPayments implements Payments {
  private final MapState state;
  private final TreeMap<Long, List<Payment>> byBlock = new TreeMap<>();
  private final TreeMap<TxHash, List<Payment>> byTransaction = new TreeMap<>(BY_HASH);

  private final long firstBlock;
  private long from;

  MapPayments(MapState state, long firstBlock) {
    this.state = state;
    this.firstBlock = firstBlock;
    this.from = firstBlock;
  }

  void add(List<Payment> payments) {
    for (Payment payment : payments) {
      byBlock.computeIfAbsent(payment.block(), _ -> new ArrayList<>()).add(payment);
    }
  }

  void undo(long upTo) {
    byBlock.tailMap(upTo, false).clear();
    byTransaction.values().removeIf(payments -> payments.getFirst().block() > upTo);
  }

  void clear() {
    byBlock.clear();
    from = firstBlock;
  }

  void restored(long upTo) {
    from = upTo + 1;
  }

  @Override
  public void spend(TxHash transaction, List<Payment> payments) {
    Payment.requireOneBlock(payments);
    state.alone(
        () -> {
          byTransaction.remove(transaction);
          if (!payments.isEmpty()) {
            byTransaction.put(transaction, List.copyOf(payments));
          }
        });
  }

  @Override
  public SortedMap<TxHash, List<Payment>> spentAfter(long block) {
    return state.alone(
        () -> {
          SortedMap<TxHash, List<Payment>> after = new TreeMap<>(BY_HASH);
          byTransaction.forEach(
              (transaction, payments) -> {
                if (payments.getFirst().block() > block) {
                  after.put(transaction, payments);
                }
              });
          return after;
        });
  }

  @Override
  public long from() {
    return state.alone(() -> from);
  }

  @Override
  public List<Payment> between(long from, long to) {
    return state.alone(
        () -> all().stream().filter(p -> from <= p.block() && p.block() <= to).toList());
  }

  @Override
  public Map<PaymentKind, Wei> ofDay(long day) {
    return sums(payment -> payment.day() == day);
  }

  @Override
  public Map<PaymentKind, Wei> ofRequest(RequestId request) {
    return sums(payment -> payment.request().equals(Optional.of(request)));
  }

  @Override
  public Map<PaymentKind, Wei> total() {
    return sums(_ -> true);
  }

  private Map<PaymentKind, Wei> sums(Predicate<Payment> wanted) {
    return state.alone(
        () -> {
          Map<PaymentKind, Wei> sums = new EnumMap<>(PaymentKind.class);
          all().stream()
              .filter(wanted)
              .forEach(payment -> sums.merge(payment.kind(), payment.amount(), Wei::plus));
          return sums;
        });
  }

  private List<Payment> all() {
    return Stream.of(byBlock, byTransaction)
        .flatMap(payments -> payments.values().stream())
        .flatMap(List::stream)
        .sorted(Comparator.comparingLong(Payment::block)) // which is stable
        .toList();
  }
}
