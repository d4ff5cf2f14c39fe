package opml.node.watch;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import opml.core.account.Wei;
import opml.ethereum.chain.ChainException;
import opml.ethereum.chain.Snapshot;
import opml.hub.Hub;

/// What an account has, asked for again and again in a thread of its own; what was known last stands while the chain is
/// away.
public final class AccountMoney implements Supplier<Optional<AccountMoney.Holding>>, AutoCloseable {
  /// What an account has, and what the hub owes it.
  public record Holding(Wei balance, Wei credit) {}

  private final Hub hub;
  private final Duration pause;
  private final Thread thread;
  private volatile Optional<Holding> held = Optional.empty();

  /// @param hub of the account
  /// @param pause between two looks
  public AccountMoney(Hub hub, Duration pause) {
    this.hub = hub;
    this.pause = pause;
    this.thread = Thread.ofVirtual().name("account-money").start(this::run);
  }

  private void run() {
    try {
      while (true) {
        look();
        Thread.sleep(pause);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    try {
      Snapshot now = hub.sender().chain().snapshot();
      held =
          Optional.of(
              new Holding(now.balance(hub.account()), hub.deployment().credit(now, hub.account())));
    } catch (ChainException e) {
      // The roles tell that the chain is away; what was known before is not wrong for that.
      return;
    }
  }

  /// {@return what it has; nothing if nobody could tell yet}
  @Override
  public Optional<Holding> get() {
    return held;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
