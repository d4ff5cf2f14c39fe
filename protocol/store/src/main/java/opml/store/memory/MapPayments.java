package opml.store.memory;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import opml.core.account.Wei;
import opml.game.claim.RequestId;
import opml.store.Payment;
import opml.store.PaymentKind;
import opml.store.Payments;

/// The payments of each block.
final class MapPayments implements Payments {
  private final MapState state;
  private final TreeMap<Long, List<Payment>> byBlock = new TreeMap<>();

  MapPayments(MapState state) {
    this.state = state;
  }

  void add(List<Payment> payments) {
    for (Payment payment : payments) {
      byBlock.computeIfAbsent(payment.block(), _ -> new ArrayList<>()).add(payment);
    }
  }

  void undo(long upTo) {
    byBlock.tailMap(upTo, false).clear();
  }

  void clear() {
    byBlock.clear();
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
    return byBlock.values().stream().flatMap(List::stream).toList();
  }
}
