package opml.agent;

import java.util.function.BooleanSupplier;

/// Whether the roles of a node may enter anything new, which each of them asks before it does. A node that drains
/// claims and challenges nothing, plays its games on, settles them and has its money paid out; when nothing of its
/// account is live any more, its roles end.
///
/// Any thread may switch it at any time; a role heeds it from its next decision on.
public final class Entering {
  /// Hears of each change.
  @FunctionalInterface
  public interface Listener {
    void drains(boolean draining);
  }

  private final BooleanSupplier order;
  private final Listener listener;
  private volatile boolean draining;
  private boolean ordered;
  private boolean over;

  public Entering() {
    this(_ -> {});
  }

  public Entering(Listener listener) {
    this(() -> false, listener);
  }

  /// @param order whether its operator has it drain, asked once a look; a change of it is a call of [#drain] or
  ///     [#resume]
  public Entering(BooleanSupplier order, Listener listener) {
    this.order = order;
    this.listener = listener;
  }

  /// Asks what the operator wants now.
  void look() {
    boolean now = order.getAsBoolean();
    boolean isNew;
    synchronized (this) {
      isNew = now != ordered;
      ordered = now;
    }
    if (isNew) {
      boolean _ = change(now);
    }
  }

  /// Has the node drain.
  public void drain() {
    boolean _ = change(true);
  }

  /// Has the node enter new things again.
  ///
  /// @return false if a role has drained and ended already, so that the node ends in any case
  public boolean resume() {
    return change(false);
  }

  private synchronized boolean change(boolean drains) {
    if (over && !drains) {
      return false;
    }
    if (draining != drains) {
      draining = drains;
      listener.drains(drains);
    }
    return true;
  }

  public boolean isDraining() {
    return draining;
  }

  /// A role has drained, and ends. Nobody takes that back.
  ///
  /// @return false if the node does not drain any more
  synchronized boolean end() {
    over |= draining;
    return over;
  }
}
