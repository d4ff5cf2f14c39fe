package opml.ethereum.send;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import opml.ethereum.chain.ChainException;

/// The gas to give to an order.
///
/// @param trouble why that cannot be said
record Estimate(long gas, Optional<ChainException> trouble) {
  /// Requests that are under way at the same time. If as many find no node, there is none.
  private static final int AT_ONCE = 8;

  /// {@return the gas of each order, asked for several at a time, on threads that an interrupt of this one ends}
  static List<Estimate> of(Account account, List<Order> orders) {
    if (orders.isEmpty()) {
      return List.of();
    }
    AtomicInteger unreachable = new AtomicInteger();
    List<Callable<Estimate>> questions = new ArrayList<>();
    orders.forEach(order -> questions.add(() -> of(account, order, unreachable)));
    List<Estimate> estimates = new ArrayList<>();
    try (ExecutorService pool =
        account.around().threads().apply(Math.min(AT_ONCE, orders.size()))) {
      for (Future<Estimate> estimate : pool.invokeAll(questions)) {
        estimates.add(estimate.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ChainException.Unreachable("interrupted while the node estimated", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
    return estimates;
  }

  private static Estimate of(Account account, Order order, AtomicInteger unreachable) {
    try {
      if (unreachable.get() >= AT_ONCE) {
        throw new ChainException.Unreachable("the node answers no estimate");
      }
      return new Estimate(account.gasLimit(order), Optional.empty());
    } catch (ChainException e) {
      if (e instanceof ChainException.Unreachable) {
        unreachable.incrementAndGet();
      }
      return new Estimate(0, Optional.of(e));
    }
  }
}
